// The command line's manners: help, mistakes, and exit statuses, without a process for each; that a process ends with them is test/e2e's part.
import { once } from 'node:events';
import { existsSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { fitting, table } from '../../src/cli/terminal.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { Decimal } from '../../src/domain/decimal.ts';
import { EMPTY_REPORT, type OrderReport } from '../../src/domain/order-report.ts';
import type { RevokeReceipt } from '../../src/domain/unfinished-orders.ts';
import { ownPrefix } from '../../src/orders/client-order-id.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../src/seam/log.ts';
import { SqliteJournal } from '../../src/storage/sqlite-journal.ts';
import { aioquant } from '../support/launched.ts';

const folder = mkdtempSync(join(tmpdir(), 'aioquant-main-'));
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

afterEach(() => vi.restoreAllMocks());

/** One command in this process, with what it printed. */
async function run(args: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  const heard = { out: '', err: '' };
  const hear = (stream: 'out' | 'err') => (chunk: string | Uint8Array) => {
    heard[stream] += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(hear('out'));
  vi.spyOn(process.stderr, 'write').mockImplementation(hear('err'));
  const status = await runCommandLine(args);
  vi.restoreAllMocks();
  return { status, ...heard };
}

describe('help', () => {
  it.each(['', 'demo', 'run', 'orders', 'revoke', 'doctor', 'simulate'])(
    '%s --help shows examples, exit status 0',
    async (command) => {
      const { status, out } = await run([...(command === '' ? [] : [command]), '--help']);
      expect(out).toContain(`Usage: aioquant ${command}`);
      expect(out).toContain('Examples:');
      expect(status).toBe(0);
    },
  );

  it('without a command it is shown, exit status 2', async () => {
    const { status, out, err } = await run([]);
    expect(err).toContain('Usage: aioquant');
    expect(out).toBe('');
    expect(status).toBe(2);
  });

  it('--version', async () => {
    const { status, out } = await run(['--version']);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(status).toBe(0);
  });
});

describe('a mistake says what to do next, exit status 2', () => {
  const bad = file(
    'bad.yaml',
    'accounts: [{ name: a, platform: okx, accessKey: k, secretKey: "${NO_SUCH_VARIABLE}" }]',
  );
  const empty = file('empty.yaml', 'serverId: x');
  const noSymbols = file('no-symbols.yaml', 'accounts: [{ name: a, platform: htx, accessKey: k, secretKey: s }]');
  const noDefault = file('no-default.mjs', 'console.log("TRADING"); export const x = 1;');
  const hasDefault = file('default.mjs', 'console.log("TRADING"); export default () => {};');
  const noPassphrase = file(
    'no-passphrase.yaml',
    'accounts: [{ name: a, platform: okx, accessKey: k, secretKey: s, symbols: [EOS/USDT] }]',
  );
  const aliased = file('aliased.yaml', 'accounts:\n  - { name: a, platform: htx, accessKey: k, secretKey: *half }');
  it.each([
    [['orders', '-c', aliased], 'near line 2, column 56: a value that begins with "*"'],
    [['revok'], 'Did you mean revoke?'],
    [['revoke', '--yess', '-c', 'x'], 'Did you mean --yes?'],
    [['demo', '--platform', 'mtgox'], 'Allowed choices are binance, okx, htx'],
    [['demo', '--seconds', 'soon'], 'Give a number of at least 0'],
    [['demo', '--replay', '/no/such/file'], 'no such file'],
    [['orders'], "required option '-c, --config <file>'"],
    [['orders', '-c', '/no/such.yaml'], '/no/such.yaml: no such file; check the path given with -c'],
    [['orders', '-c', bad], 'accounts[0].secretKey: environment variable NO_SUCH_VARIABLE is not set; set it'],
    [['orders', '-c', empty], 'empty.yaml: has no accounts; add at least one'],
    [
      ['orders', '-c', noSymbols],
      'no-symbols.yaml: account a names no symbols, and the journal knows no unfinished orders of it; give',
    ],
    [['orders', '-c', noSymbols, '--account', 'b'], 'no-symbols.yaml has a'],
    [['orders', '-c', noPassphrase], 'no-passphrase.yaml: accounts[0].passphrase: required for OKX'],
    [['doctor', '-c', noPassphrase], 'no-passphrase.yaml: accounts[0].passphrase: required for OKX'],
    [['revoke', '-c', noPassphrase, '--yes'], 'no-passphrase.yaml: accounts[0].passphrase: required for OKX'],
    [['run', noDefault, '-c', noPassphrase], 'no-passphrase.yaml: accounts[0].passphrase: required for OKX'],
    [['orders', '-c', noSymbols, '--symbol', 'EOSUSDT'], '--symbol: expected BASE/QUOTE'],
    [
      ['revoke', '-c', noSymbols, '--symbol', 'EOS/USDT'],
      'no terminal to ask on; add --yes, or look first with --dry-run',
    ],
    [['run', '/no/such.ts'], '/no/such.ts: no such strategy file'],
    [['run', tmpdir()], `${tmpdir()}: no such strategy file`],
    [['simulate', '--port', '-1'], 'Give a whole number from 0 to 65535'],
    [['simulate', '--port', '99999'], 'Give a whole number from 0 to 65535'],
    [['simulate', '--speed', '2'], '--speed needs --replay'],
    [['simulate', '--symbol', 'EOS/USDT'], '--symbol needs --write-config'],
    [['simulate', '--exchange', ''], "option '--exchange <names>' argument '' is invalid. It is empty"],
    [['simulate', '--host', ''], "option '--host <address>' argument '' is invalid. It is empty"],
    [['simulate', '--host', 'no such.name'], '--host no such.name: no address belongs to this name'],
    [['simulate', '--host', 'fe80::1'], '--host fe80::1: this machine has no such address'],
    [['simulate', '--write-config', '/no/such/folder/sim.yaml'], '--write-config /no/such/folder/sim.yaml: ENOENT'],
    [['simulate', '--write-config', folder], 'give the path of a file that this user may write'],
    [['simulate', '--write-config', join(folder, 'sim.json')], 'give a name that ends in .yaml'],
    // A variable of the shell that is not set must not look like an exchange without orders.
    ...[
      ['revoke', '-c', noSymbols, '--yes', '--account', ''],
      ['revoke', '-c', noSymbols, '--yes', '--own', ' '],
      ['revoke', '--yes', '-c', ''],
      ['orders', '-c', noSymbols, '--own', ''],
      ['orders', '-c', ''],
      ['doctor', '-c', ''],
      ['run', noDefault, '-c', ''],
      ['run', ''],
      ['demo', '--seed', ''],
      ['demo', '--replay', ''],
      ['simulate', '--seed', ''],
      ['simulate', '--replay', ''],
      ['simulate', '--faults', ''],
      ['simulate', '--write-config', ''],
    ].map((args): [string[], string] => [args, 'It is empty; leave it out, or give a value']),
    [['simulate', '--faults', 'no-such'], 'no fault plan is called "no-such"'],
    [['simulate', '--exchange', 'mtgox'], 'no exchange called "mtgox" is simulated'],
    [['simulate', '--replay', '/no/such/file'], 'no such file'],
  ])('%j', async (args, message) => {
    const { status, out, err } = await run(args);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(out).not.toContain(message);
    expect(status).toBe(2);
  });

  it.concurrent('an account that its exchange would refuse, before the strategy runs', async () => {
    const { status, out, err } = await aioquant(['run', noDefault, '-c', noPassphrase, '--no-supervisor']);
    expect(err).toMatch(/no-passphrase\.yaml: accounts\[0\]\.passphrase: required for OKX.*\n$/);
    expect(out).not.toContain('TRADING');
    expect(status).toBe(2);
  });

  it.concurrent.each([[[]], [['--no-supervisor']]])('a log file that cannot be written, %j', async (flags) => {
    const config = file(`log-file-${flags.length}.yaml`, `log: { file: ${join(folder, 'bad.yaml', 'x.log')} }`);
    const { status, out, err } = await aioquant(['run', hasDefault, '-c', config, ...flags]);
    expect(err).toMatch(
      /^(?:error: )?log\.file: cannot be written \(E[A-Z]+: .*bad\.yaml.*\); give the path of a file .*\n$/,
    );
    expect(out).not.toContain('TRADING');
    expect(status).toBe(2);
  });

  it.concurrent('a strategy that is taken for CommonJS', async () => {
    const project = mkdtempSync(join(tmpdir(), 'aioquant-commonjs-'));
    writeFileSync(join(project, 'package.json'), '{ "type": "commonjs" }');
    const strategy = join(project, 's.ts');
    writeFileSync(strategy, "import { quant } from 'aioquant';\nexport default () => quant.stop();\n");
    const { status, err } = await aioquant(['run', strategy, '--no-supervisor']);
    expect(err).toContain(`${strategy}: is loaded as CommonJS; name it .mts, or write "type": "module"`);
    expect(err).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(status).toBe(2);
  });

  it.concurrent.each([
    [[], 'has no default export to run'],
    [['--no-supervisor'], 'has no default export to run; write "export default class'],
  ])('a strategy without a default export, %j', async (flags, message) => {
    const { status, out, err } = await aioquant(['run', noDefault, ...flags]);
    expect(err).toContain(message);
    expect(out).not.toContain('TRADING');
    expect(err).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(status).toBe(2);
  });
});

it.concurrent.each([['orders'], ['doctor'], ['revoke', '--dry-run'], ['revoke', '--yes', '--time-limit', '1']])(
  '%s %s reaches the exchange through the proxy of the configuration',
  async (command, ...flags) => {
    const asked: string[] = [];
    const proxy = createServer().on('connect', ({ url = '' }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 403 No\r\n\r\n');
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    const account = `name: a, platform: htx, accessKey: k, secretKey: s, symbols: [EOS/USDT]`;
    const config = file(
      `proxy-${port}.yaml`,
      `journal: memory\nproxy: http://127.0.0.1:${port}\naccounts: [{ ${account}, endpoints: { rest: https://exchange.test } }]`,
    );
    const { status } = await aioquant([command, '-c', config, ...flags]);
    proxy.close();
    expect(asked).toContain('exchange.test:443');
    expect(status).toBe(1);
  },
);

it('orders --history of several accounts is newest first, and does not take what could not be asked for none', async () => {
  const journal = join(folder, 'journal.sqlite');
  const config = file('history.yaml', `journal: ${journal}`);
  const written = new SqliteJournal({ file: journal, clock: new VirtualClock(), log: silentLog });
  const begun = Date.now() - 60_000;
  for (const [account, seconds] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['b', 4],
  ] as const) {
    const at = begun + seconds * 1_000;
    const scope = written.open({ platform: 'htx', venue: '', account, symbol: 'EOS/USDT', strategy: 's' });
    const order = { action: 'BUY', orderType: 'LIMIT', timeInForce: 'GTC', price: '1', quantity: '1' } as const;
    scope.intent(`c:${seconds}`, { ...order, clientOrderId: String(seconds), quoteQuantity: null, at });
    const nothing = { found: [], revoked: [], filled: [], left: [], confirmedAt: null };
    const place = { platform: 'htx', account, symbol: 'EOS/USDT', trigger: 'stop', whose: 'all' } as const;
    scope.receipt({ ...place, ...nothing, startedAt: at, endedAt: at, error: 'not reachable' });
  }
  await written.close();
  const args = ['orders', '-c', config, '--history', '--account', 'a,b', '--limit', '3'];
  const made = z.array(z.looseObject({ key: z.string().optional(), startedAt: z.number().optional() }));
  const lines: unknown[] = (await run([...args, '--json'])).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(made.parse(lines).map(({ key, startedAt = 0 }) => key ?? (startedAt - begun) / 1_000)).toEqual([
    'c:4',
    'c:3',
    'c:2',
    4,
    3,
    2,
  ]);
  const { out } = await run(args);
  expect(stripVTControlCharacters(out)).toMatch(/ 0 +0 +0 +\? +not reachable/);
});

it('orders --history says where there is no journal, and makes none', async () => {
  const missing = join(folder, 'none', 'journal.sqlite');
  const args = ['orders', '-c', file('no-journal.yaml', `journal: ${missing}`), '--history'];
  const out = `There is no journal at ${missing}; a strategy that trades with this configuration makes it.\n`;
  expect(await run(args)).toEqual({ status: 0, out, err: '' });
  expect(await run([...args, '--json'])).toEqual({ status: 0, out: '', err: '' });
  expect(existsSync(join(folder, 'none'))).toBe(false);
});

it('a journal that cannot be looked for is not taken for none', async () => {
  const loop = join(folder, 'loop.sqlite');
  symlinkSync(loop, loop);
  const config = file(
    'loop.yaml',
    `journal: ${loop}\naccounts: [{ name: a, platform: htx, accessKey: k, secretKey: s }]`,
  );
  const { status, err } = await run(['orders', '-c', config, '--history']);
  expect(err).toContain(`error: the journal ${loop} cannot be used`);
  expect(status).toBe(2);
  const unsure = await aioquant(['orders', '-c', config]);
  expect(unsure.err).toContain('the journal could not be asked for unfinished orders');
});

describe('orders --history says of an order', () => {
  const begun = Date.now() - 3_600_000;
  const at = (second: number): number => begun + second * 1_000;
  const scope = { platform: 'htx', venue: '', account: 'a', symbol: 'EOS/USDT', strategy: 'mine' } as const;
  const report = (orderId: string, more: Partial<OrderReport> = {}): OrderReport => ({
    ...EMPTY_REPORT,
    source: 'push',
    symbol: 'EOS/USDT',
    orderId,
    life: 'open',
    ...more,
  });
  const receipt = (second: number, more: Partial<RevokeReceipt>): RevokeReceipt => ({
    trigger: 'command',
    platform: 'htx',
    account: 'a',
    symbol: 'EOS/USDT',
    whose: 'all',
    found: [],
    revoked: [],
    filled: [],
    left: [],
    error: null,
    startedAt: at(second),
    endedAt: at(second),
    confirmedAt: at(second),
    ...more,
  });
  const terms = {
    action: 'BUY',
    orderType: 'LIMIT',
    price: Decimal.from('1.25'),
    quantity: Decimal.from('40'),
    filled: Decimal.from('7.5'),
  } as const;
  const lineSchema = z.looseObject({ orderId: z.string().nullable() });

  /** The orders of `write` as the table shows them, by id, and as JSON. */
  async function history(
    write: (journal: SqliteJournal) => void,
  ): Promise<{ rows: Map<string, string>; lines: Map<string, z.infer<typeof lineSchema>>; out: string }> {
    const journal = join(mkdtempSync(join(tmpdir(), 'aioquant-history-')), 'journal.sqlite');
    const written = new SqliteJournal({ file: journal, clock: new VirtualClock(), log: silentLog });
    write(written);
    await written.close();
    const args = ['orders', '-c', file('told.yaml', `journal: ${journal}`), '--history'];
    const out = stripVTControlCharacters((await run(args)).out);
    const [orders = ''] = out.split('Revokes');
    const rows = new Map(orders.split('\n').map((row) => [/ #(\d) /.exec(row)?.[1] ?? '', row.replaceAll(/ +/g, ' ')]));
    const lines = (await run([...args, '--json'])).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
      .filter((line) => z.object({ kind: z.literal('order') }).safeParse(line).success)
      .map((line) => lineSchema.parse(line));
    return { rows, lines: new Map(lines.map((line) => [line.orderId?.slice(1) ?? '', line])), out };
  }

  it('that a later receipt has revoked or filled it, and whose orders that was about', async () => {
    const { rows, lines, out } = await history((journal) => {
      const orders = journal.open(scope);
      for (const id of ['1', '2', '3', '4', '5', '6']) orders.report(`o:${id}`, report(`#${id}`, terms), at(10));
      orders.closed('o:6', 'CANCELED', at(11));
      orders.report('o:5', report('#5', { filled: Decimal.from('8') }), at(30));
      orders.receipt(receipt(5, { revoked: ['#4'] }));
      orders.receipt(receipt(20, { revoked: ['#1', '#5', '#6'], filled: ['#3'] }));
      orders.receipt(receipt(21, { trigger: 'crash', whose: 'own', revoked: ['#2'] }));
      orders.receipt(receipt(22, { account: 'b', revoked: ['#4'] }));
      orders.receipt(receipt(22, { symbol: 'BTC/USDT', revoked: ['#4'] }));
      // Ever so many that say nothing of them.
      for (let more = 0; more < 1_001; more++) orders.receipt(receipt(40, { trigger: 'strategy' }));
    });
    expect(rows.get('1')).toMatch(/ revoked \(by command\) 1$/);
    expect(rows.get('2')).toMatch(/ revoked \(after a crash\) 1$/);
    expect(rows.get('3')).toMatch(/ 40 40 FILLED 1$/);
    // Revoked before it was heard of, on another account, or of another symbol: not this order. Heard of afterwards: not its end.
    for (const id of ['4', '5']) expect(rows.get(id)).toMatch(/ unfinished \d$/);
    expect(rows.get('6')).toMatch(/ CANCELED 2$/);
    expect(lines.get('1')).toMatchObject({ status: null, endedBy: { as: 'revoked', trigger: 'command', at: at(20) } });
    expect(lines.get('3')).toMatchObject({ status: null, endedBy: { as: 'filled', trigger: 'command', at: at(20) } });
    for (const id of ['4', '5', '6']) expect(lines.get(id)).toMatchObject({ endedBy: null });
    expect(out).toMatch(/ strategy +a +htx +EOS\/USDT +all +0 /);
  });

  it('that it is still left, whatever an earlier receipt said', async () => {
    const { rows, out } = await history((journal) => {
      const orders = journal.open(scope);
      orders.report('o:1', report('#1'), at(10));
      orders.receipt(receipt(20, { revoked: ['#1'] }));
      orders.receipt(receipt(21, { whose: 'own', found: ['#1'], left: ['#1'], error: 'not reachable' }));
    });
    expect(rows.get('1')).toMatch(/ unfinished 1$/);
    expect(out).toMatch(/ command +a +htx +EOS\/USDT +own +1 +0 +0 +1 +not reachable/);
    expect(out).toMatch(/ command +a +htx +EOS\/USDT +all +0 +1 +0 +0 +none left/);
  });

  it('whose it is, and what it was about', async () => {
    const { rows, lines } = await history((journal) => {
      const orders = journal.open(scope);
      const market = { action: 'SELL', orderType: 'MARKET', timeInForce: 'IOC', price: null, quantity: '3' } as const;
      orders.intent('c:1', { ...market, clientOrderId: 'my-own', quoteQuantity: null, at: at(1) });
      orders.report('c:1', report('#1', { filled: Decimal.from('2') }), at(2));
      orders.report('o:2', report('#2', terms), at(2));
      orders.report('o:3', report('#3', terms), at(2));
      orders.adopted('o:3');
      orders.report('o:4', report('#4', { clientOrderId: `${ownPrefix('mine')}1` }), at(2));
      orders.report('o:5', report('#5', { clientOrderId: `${ownPrefix('another')}1` }), at(2));
    });
    expect(rows.get('1')).toMatch(/ mine #1 SELL market 3 2 unfinished 2$/);
    expect(rows.get('2')).toMatch(/ other #2 BUY 1\.25 40 7\.5 unfinished 1$/);
    expect(rows.get('3')).toMatch(/ mine #3 BUY 1\.25 40 7\.5 unfinished 1$/);
    expect(rows.get('4')).toMatch(/ mine #4 0 unfinished 1$/);
    expect(rows.get('5')).toMatch(/ other #5 0 unfinished 1$/);
    expect(['1', '2', '3', '4', '5'].map((id) => [lines.get(id)?.['placed'], lines.get(id)?.['adopted']])).toEqual([
      [true, false],
      [false, false],
      [false, true],
      [true, false],
      [false, false],
    ]);
    const stated = {
      strategy: 'mine',
      action: 'BUY',
      orderType: 'LIMIT',
      price: '1.25',
      quantity: '40',
      filled: '7.5',
    };
    expect(lines.get('2')).toMatchObject(stated);
  });

  it('what a narrow terminal has room for', () => {
    const tables = [['a', 'price', 'events'], ['a', 'price'], ['a']].map((head) => table(head, [head]));
    expect([undefined, 80, 16, 15, 8, 7, 1].map((columns) => tables.indexOf(fitting(tables, columns)))).toEqual([
      0, 0, 0, 1, 1, 2, 2,
    ]);
  });
});
