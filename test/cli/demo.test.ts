// The demo on every exchange: what it plants is revoked, the strategy trades, and the exchange says that nothing is left.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { recordingOf } from '../support/recording-of.ts';
import { aioquant, Launched, MAIN, type Ended } from '../support/launched.ts';

const summarySchema = z.object({
  type: z.literal('summary'),
  orders: z.number(),
  updates: z.number(),
  fills: z.number(),
  delayMs: z.object({ p50: z.number(), p99: z.number() }),
  insideUs: z.object({ p50: z.number(), p99: z.number() }),
  unfinished: z.literal(0),
  inTheBooks: z.literal(0),
  strategyStatus: z.literal(0),
  hasBegun: z.literal(true),
});
const eventSchema = z.looseObject({ type: z.string() });

function events({ out }: Ended): z.infer<typeof eventSchema>[] {
  return out
    .trim()
    .split('\n')
    .map((line) => eventSchema.parse(JSON.parse(line)));
}

describe.each(PLATFORMS)('on %s', { concurrent: true, timeout: 40_000 }, (platform) => {
  it('revokes what a crashed run left, keeps one order in the book, and leaves nothing', async () => {
    const ended = await aioquant(['demo', '--platform', platform, '--seconds', '7', '--json']);
    expect(ended.err).toBe('');
    const told = events(ended);
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(['start', 'planted', 'order', 'stopping']));
    expect(told).toContainEqual({ type: 'start-revoked', revoked: 5, unfinished: 0 });
    expect(told.filter(({ type }) => type === 'trouble')).toEqual([]);
    const { orders } = summarySchema.parse(told.at(-1));
    expect(orders).toBeGreaterThan(5);
    expect(ended.status).toBe(0);
  });
});

it('for people: the book around the order, every update with its delay, the summary; Ctrl-C ends it in order', async () => {
  await using running = new Launched([MAIN, 'demo', '--platform', 'okx', '--seconds', '0'], {});
  await running.says(/ask 7 .*◀ our 0\.002/);
  running.signal('SIGINT');
  const { status, out } = await running.ended;
  expect(out).toContain('5 revoked; asked again, the exchange says: no unfinished order');
  expect(out).toMatch(/CANCELED +SELL 0\.002 at \d+\.\d\d {2}\d+ ms/);
  expect(out).toContain('The exchange says: no unfinished order; in its own books: none');
  expect(out).toMatch(/unfinished +0\n/);
  expect(status).toBe(0);
});

it('Ctrl-C before the strategy has begun is no failure, and says what became of the planted orders', async () => {
  await using running = new Launched([MAIN, 'demo', '--seconds', '0'], {});
  await running.says(/The strategy starts/);
  // As a terminal does: the strategy's process has it as well, and is not there yet to listen.
  running.signalGroup('SIGINT');
  const { status, out, err } = await running.ended;
  expect(out).toMatch(/It had not begun: 5 planted orders left, which end with this exchange/);
  expect([status, err]).toEqual([0, '']);
});

it('started through npm, as the pages print it: SIGTERM to npm alone ends it in order', async () => {
  const npm = realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());
  const checkout = fileURLToPath(new URL('../../', import.meta.url));
  await using running = new Launched([npm, 'run', '-s', 'demo', '--', '--seconds', '0', '--json'], {}, checkout);
  await running.says(/"type":"start-revoked"/);
  running.signal('SIGTERM');
  const ended = await running.ended;
  summarySchema.parse(events(ended).at(-1));
  expect(ended.status).toBe(0);
}, 20_000);

const recording = fileURLToPath(new URL('../../../shared/data/binance-spot-btcusdt-20240809.ws.gz', import.meta.url));
const hasRecording = existsSync(recording);
if (!hasRecording) console.log('skipped: the demo on a recorded market needs ../shared/data');

it('a recording of another symbol than it trades is refused: its market would be the model', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'aioquant-demo-')), 'eos.ws');
  writeFileSync(file, recordingOf('EOSUSDT', 20));
  const { status, err } = await aioquant(['demo', '--seconds', '2', '--replay', file]);
  expect(err).toContain('the demo trades BTC/USDT, and this is a recording of EOS/USDT');
  expect(status).toBe(2);
});

it.skipIf(!hasRecording)(
  'on a recorded market fills happen',
  async () => {
    const ended = await aioquant(['demo', '--seconds', '12', '--json', '--replay', recording]);
    expect(summarySchema.parse(events(ended).at(-1)).fills).toBeGreaterThan(0);
    expect(ended.status).toBe(0);
  },
  40_000,
);
