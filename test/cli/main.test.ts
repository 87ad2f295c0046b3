// The command line's manners: help, mistakes, and exit statuses, without a process for each; that a process ends with them is test/e2e's part.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
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
  const noDefault = file('no-default.mjs', 'export const x = 1;');
  it.each([
    [['revok'], 'Did you mean revoke?'],
    [['revoke', '--yess', '-c', 'x'], 'Did you mean --yes?'],
    [['demo', '--platform', 'mtgox'], 'Allowed choices are binance, okx, htx'],
    [['demo', '--seconds', 'soon'], 'Give a number of at least 0'],
    [['demo', '--replay', '/no/such/file'], 'no such file'],
    [['orders'], "required option '-c, --config <file>'"],
    [['orders', '-c', '/no/such.yaml'], '/no/such.yaml: no such file; check the path given with -c'],
    [['orders', '-c', bad], 'accounts[0].secretKey: environment variable NO_SUCH_VARIABLE is not set; set it'],
    [['orders', '-c', empty], 'the configuration has no accounts; add at least one'],
    [['orders', '-c', noSymbols], 'account a names no symbols; give --symbol BASE/QUOTE'],
    [['orders', '-c', noSymbols, '--account', 'b'], '--account b: the configuration has a'],
    [['orders', '-c', noSymbols, '--symbol', 'EOSUSDT'], '--symbol: expected BASE/QUOTE'],
    [
      ['revoke', '-c', noSymbols, '--symbol', 'EOS/USDT'],
      'no terminal to ask on; add --yes, or look first with --dry-run',
    ],
    [['run', '/no/such.ts'], '/no/such.ts: no such strategy file'],
    [['simulate', '--port', '-1'], 'Give a whole number of at least 0'],
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

  it.concurrent.each([
    [[], 'has no default export to run'],
    [['--no-supervisor'], 'has no default export to run; write "export default class'],
  ])('a strategy without a default export, %j', async (flags, message) => {
    const { status, err } = await aioquant(['run', noDefault, ...flags]);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(status).toBe(2);
  });
});
