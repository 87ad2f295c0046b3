// The command line, held against the promises of its documentation one by one: commands, exit statuses, what goes to which stream, strategies.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { stringify, parse } from 'yaml';
import { z } from 'zod';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { aioquant, Launched, MAIN, type Ended } from '../support/launched.ts';
import { AT_A_TERMINAL, jsonLines, openStage, type Stage } from './support.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aioquant-contract-'));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const urls = z.record(z.string(), z.url());
const announcement = z.strictObject({
  binance: urls,
  okx: urls,
  htx: urls,
  accounts: z.array(
    z.object({ name: z.string(), accessKey: z.string(), secretKey: z.string(), passphrase: z.string() }),
  ),
});

describe('aioquant simulate', { concurrent: true }, () => {
  const firstLine = async (simulator: Launched): Promise<z.infer<typeof announcement>> => {
    const [, line = ''] = await simulator.says(/^(.*)\n/);
    return announcement.parse(JSON.parse(line));
  };

  it('--json: the first line is one object with the endpoints of every exchange and the accounts', async () => {
    await using simulator = new Launched([MAIN, 'simulate', '--json'], {});
    const { binance, okx, htx, accounts } = await firstLine(simulator);
    expect([binance, okx, htx].map((endpoints) => Object.keys(endpoints).toSorted())).toEqual([
      ['rest', 'stream', 'wsApi'],
      ['rest', 'wsBusiness', 'wsPrivate', 'wsPublic'],
      ['rest', 'wsFeed', 'wsMarket', 'wsPrivate', 'wsTrade'],
    ]);
    // Full URLs, with the path where the exchange has a fixed one.
    expect(binance['wsApi']).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/ws-api\/v3$/);
    expect(okx['wsPrivate']).toMatch(/\/ws\/v5\/private$/);
    expect(htx['wsPrivate']).toMatch(/\/ws\/v2$/);
    expect(accounts).toHaveLength(1);
    simulator.signal('SIGTERM');
    expect((await simulator.ended).status).toBe(0);
  });

  it('--seed: the same keys for the same seed; --port: that one and the next ones', async () => {
    // Below the ports that the system gives to connections by itself.
    const runs = [
      ['--seed', '7'],
      ['--seed', '7'],
      ['--seed', '8', '--port', '20311'],
    ];
    const seen = await Promise.all(
      runs.map(async (flags) => {
        await using simulator = new Launched([MAIN, 'simulate', '--json', ...flags], {});
        return await firstLine(simulator);
      }),
    );
    const keys = seen.map(({ accounts }) => accounts[0]?.secretKey);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
    const ports = PLATFORMS.map((name) => new URL(seen[2]?.[name]['rest'] ?? '').port);
    expect(ports.toSorted()).toEqual(['20311', '20312', '20313']);
  });
});

describe.each(PLATFORMS)('aioquant orders and revoke, on %s', { concurrent: true, timeout: 60_000 }, (platform) => {
  it('--account and --symbol choose; --json prints one line per order or receipt; 0, 1 or 2 says how it went', async () => {
    await using stage = await openStage(platform, { accounts: 2 });
    stage.at.plant(2);
    stage.at.plant(1, { account: 1 });
    const { config } = stage.at;
    const all = await stage.run(['orders', '-c', config, '--json']);
    expect(jsonLines(all.out)).toHaveLength(3);
    expect([all.status, all.err]).toEqual([0, '']);
    const one = await stage.run(['orders', '-c', config, '--account', 'demo-2', '--json']);
    expect(jsonLines(one.out)).toMatchObject([
      { account: 'demo-2', platform, symbol: 'BTC/USDT', action: 'SELL', price: '70003', remain: '0.001' },
    ]);
    const other = await stage.run(['orders', '-c', config, '--symbol', 'EOS/USDT', '--json']);
    expect([other.status, other.out]).toEqual([0, '']);

    const unasked = await stage.run(['revoke', '-c', config]);
    expect([unasked.status, unasked.out, stage.at.open()]).toEqual([2, '', 2]);
    expect(unasked.err).toContain('add --yes');

    const part = await stage.run(['revoke', '-c', config, '--account', 'demo-2', '--yes', '--json']);
    expect(jsonLines(part.out)).toMatchObject([{ account: 'demo-2', revoked: { length: 1 }, left: [] }]);
    expect([part.status, stage.at.open(0), stage.at.open(1)]).toEqual([0, 2, 0]);

    stage.at.simulator.faults.inject({
      fault: 'maintenance',
      operation: ['cancel', 'cancel-all'],
      durationMs: 600_000,
    });
    const stuck = await stage.run(['revoke', '-c', config, '--yes', '--json', '--time-limit', '1']);
    expect(jsonLines(stuck.out)).toMatchObject([{ left: { length: 2 } }, { left: [] }]);
    expect([stuck.status, stage.at.open()]).toEqual([1, 2]);
  });

  it('a wrong key: exit status 1, in words, and no secret in them', async () => {
    await using stage = await openStage(platform);
    const { accessKey = '', secretKey = '' } = stage.at.simulator.accounts[0] ?? {};
    const wrong = 'w'.repeat(48);
    writeFileSync(stage.at.config, readFileSync(stage.at.config, 'utf8').replace(secretKey, wrong));
    const whatToDo = "check this account's keys";
    await Promise.all(
      [
        { args: ['orders'], says: `could not be asked: demo (${platform}): `, marks: whatToDo },
        { args: ['revoke', '--yes'], says: 'demo', marks: 'something is left or not confirmed' },
        { args: ['doctor'], says: '1 of 1 accounts cannot trade (✗ above)', marks: '✗' },
      ].map(async ({ args, says, marks }) => {
        const { status, out, err } = await stage.run([...args, '-c', stage.at.config]);
        expect([args, status]).toEqual([args, 1]);
        expect(out + err).toContain(says);
        expect(out + err).toContain(marks);
        for (const secret of [wrong, accessKey]) expect(out + err).not.toContain(secret);
      }),
    );
  });
});

// /dev/full is Linux's own: a disk without room.
it.runIf(process.platform === 'linux')(
  'orders that could not be written are no success: exit status 1, and why',
  async () => {
    await using stage = await openStage('okx');
    stage.at.plant(1);
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [MAIN, 'orders', '-c', stage.at.config, '--json'], {
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => void (said += chunk.toString()));
    await once(child, 'close');
    expect([child.exitCode, said]).toEqual([1, 'error: the output could not be written (ENOSPC)\n']);
  },
);

it('progress goes to standard error, and only to a terminal', async () => {
  await using stage = await openStage('okx');
  stage.at.plant(1);
  const piped = await stage.run(['orders', '-c', stage.at.config, '--json']);
  expect(piped.err).toBe('');
  const watched = await stage.run(['orders', '-c', stage.at.config, '--json'], AT_A_TERMINAL);
  expect(watched.err).toContain('asked 1 of 1 accounts');
  expect(watched.out).toBe(piped.out);
});

describe('wrong usage and wrong configuration: exit status 2, nothing on standard output', { concurrent: true }, () => {
  const account = {
    name: 'a',
    platform: 'okx',
    accessKey: 'k',
    secretKey: 's',
    passphrase: 'p',
    symbols: ['EOS/USDT'],
  };
  const withAccount = (part: object): string => stringify({ accounts: [{ ...account, ...part }] });
  it.each([
    ['no such command', ['trade'], "unknown command 'trade'"],
    ['no such flag', ['orders', '--fast', '-c', 'x.yaml'], "unknown option '--fast'"],
    ['no configuration', ['revoke', '--yes'], '-c, --config <file>'],
    ['no such file', ['orders', '-c', join(folder, 'none.yaml')], 'none.yaml: no such file'],
    ['no strategy named', ['run'], "missing required argument 'strategy'"],
    ['no such strategy', ['run', join(folder, 'none.ts')], 'none.ts: no such strategy file'],
    ['not YAML', ['orders', '-c', file('broken.yaml', 'accounts: [{')], 'is not valid YAML near line 1'],
    ['not JSON', ['orders', '-c', file('broken.json', '{"accounts": [}')], 'broken.json: is not valid JSON'],
    [
      'no secret key',
      ['orders', '-c', file('1.yaml', withAccount({ secretKey: undefined }))],
      'accounts[0].secretKey: is missing',
    ],
    [
      'an unknown platform',
      ['orders', '-c', file('2.yaml', withAccount({ platform: 'mtgox' }))],
      'accounts[0].platform: expected binance, okx, htx',
    ],
    [
      'an unset variable',
      ['orders', '-c', file('3.yaml', withAccount({ accessKey: '${NOT_SET_ANYWHERE}' }))],
      'accounts[0].accessKey: environment variable NOT_SET_ANYWHERE is not set',
    ],
    [
      'a wrong policy',
      ['orders', '-c', file('4.yaml', withAccount({ unfinishedOrders: { crash: 'pray' } }))],
      'accounts[0].unfinishedOrders.crash: expected revoke, keep; got the string "pray"',
    ],
    [
      'a wrong symbol',
      ['orders', '-c', file('5.yaml', withAccount({ symbols: ['EOSUSDT'] }))],
      'accounts[0].symbols[0]: expected BASE/QUOTE',
    ],
    [
      'a wrong endpoint',
      ['orders', '-c', file('6.yaml', withAccount({ endpoints: 'moon' }))],
      'accounts[0].endpoints: expected live, testnet, or an object of URLs',
    ],
    [
      'a wrong log level',
      ['orders', '-c', file('7.yaml', 'log: { level: loud }')],
      'log.level: expected debug, info, warn, error, silent',
    ],
  ])('%s', async (_what, args, message) => {
    const { status, out, err } = await aioquant(args);
    expect(err).toContain(message);
    expect([status, out]).toEqual([2, '']);
  });

  it('A19: quant.start itself ends a process whose configuration is wrong, with the field named', async () => {
    const strategy = file('never.mjs', 'export default () => console.log("RAN");');
    const config = file('8.yaml', 'stop: { timeLimit: never }');
    for (const flags of [[], ['--no-supervisor']]) {
      const { status, out, err } = await aioquant(['run', strategy, '-c', config, ...flags]);
      expect(err).toContain('stop.timeLimit: expected a number');
      expect(out).not.toContain('RAN');
      expect(status).toBe(2);
    }
  });
});

describe('aioquant run STRATEGY', { concurrent: true, timeout: 60_000 }, () => {
  const run = async (stage: Stage, name: string, text: string, config = stage.at.config): Promise<Ended> =>
    stage.run(['run', file(name, text), '-c', config]);

  it("a class is constructed; config holds the user's own keys and account options ready to spread", async () => {
    await using stage = await openStage('okx', { config: { grid: { levels: 7 } } });
    const text = `import { config, quant, Trade, type Order } from 'aioquant';
      export default class Grid {
        private readonly trade = new Trade({ strategy: 'grid', ...config.account('demo'), symbol: 'BTC/USDT',
          onInit: async (success: boolean) => {
            console.log('CLASS', success, JSON.stringify(config['grid']));
            const [id, error] = await this.trade.createOrder('SELL', '90000', '0.01');
            console.log('ORDER', id !== null, error);
            await quant.stop('done');
          } });
      }`;
    const { status, out } = await run(stage, 'class.ts', text);
    expect(out).toContain('CLASS true {"levels":7}');
    expect(out).toContain('ORDER true null');
    expect([status, stage.at.open()]).toEqual([0, 0]);
  });

  it('a function is called and awaited; YAML or JSON, with variables of the environment', async () => {
    await using stage = await openStage('htx');
    const parsed: unknown = parse(readFileSync(stage.at.config, 'utf8'));
    const text = JSON.stringify(parsed).replace(stage.at.simulator.accounts[0]?.secretKey ?? '', '${THE_SECRET}');
    const config = file('config.json', text);
    const strategy = file(
      'function.mjs',
      `import { config, quant, Trade } from 'aioquant';
       export default async function main() {
         const trade = new Trade({ strategy: 'main', symbol: 'BTC/USDT', ...config.account() });
         console.log('FUNCTION', await trade.ready);
         await quant.stop('done');
       }`,
    );
    const secret = stage.at.simulator.accounts[0]?.secretKey ?? '';
    const { status, out, err } = await stage.run(['run', strategy, '-c', config], { THE_SECRET: secret });
    expect(out).toContain('FUNCTION true');
    expect(out + err).not.toContain(secret);
    expect(status).toBe(0);
  });

  it('one that fails before it ever ran is not started again and again: status 1, its own words', async () => {
    await using stage = await openStage('binance');
    const thrown = await run(stage, 'throws.mjs', 'export default () => { throw new Error("no idea how to trade"); };');
    expect(thrown.out).toContain('no idea how to trade');
    expect(thrown.out).not.toContain('starting the strategy again');
    expect(thrown.status).toBe(1);
    const none = await run(stage, 'none-exported.mjs', 'export const x = 1;');
    expect(none.err).toContain('has no default export to run');
    expect(none.status).toBe(2);
    const unknown = await run(
      stage,
      'unknown.mjs',
      'import { config } from "aioquant"; export default () => config.account("nobody");',
    );
    expect(unknown.err).toContain('config.account("nobody"): the configuration has "demo"');
    expect(unknown.status).toBe(2);
  });
});

describe('aioquant demo', { concurrent: true, timeout: 60_000 }, () => {
  it('ends by itself after 30 s unless told otherwise; with --seconds 0 at Ctrl-C; nothing is left', async () => {
    expect((await aioquant(['demo', '--help'])).out).toMatch(/--seconds <n> .*\(default: 30\)/);
    await using demo = new Launched([MAIN, 'demo', '--seconds', '0', '--json'], {});
    await demo.says(/SUBMITTED/);
    demo.signal('SIGINT');
    const { status, out } = await demo.ended;
    expect(jsonLines(out).at(-1)).toMatchObject({ type: 'summary', unfinished: 0, inTheBooks: 0 });
    expect(status).toBe(0);
  });
});

it('a reader that stops reading is no crash: the command goes on and ends as ever', async () => {
  const child = spawn(process.execPath, [MAIN, 'demo', '--seconds', '1'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdout.once('data', () => child.stdout.destroy());
  const status = await new Promise((resolve) => child.once('close', resolve));
  expect([status, err]).toEqual([0, '']);
}, 30_000);

it('in a checkout, npm run -s aioquant -- ARGS is the command line, with its exit status', () => {
  const npm = (args: string[]) =>
    spawnSync('npm', ['run', '-s', 'aioquant', '--', ...args], { cwd: ROOT, encoding: 'utf8' });
  const version = npm(['--version']);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(version.status).toBe(0);
  const wrong = npm(['orders']);
  expect([wrong.status, wrong.stdout]).toEqual([2, '']);
  const named = z.object({
    name: z.literal('aioquant'),
    bin: z.object({ aioquant: z.string() }),
    scripts: z.object({ demo: z.string(), test: z.string() }),
  });
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(() => named.parse(manifest)).not.toThrow();
});
