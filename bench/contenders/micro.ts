// Work without a network, in one process: signing, decimals, the order book, the journal. Each batch is timed whole; each result is checked.
import { createHmac, createSecretKey, webcrypto } from 'node:crypto';
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal as BigNumber } from 'decimal.js';
import { Decimal } from '../../src/domain/decimal.ts';
import { merge, newOrderState, type OrderState } from '../../src/domain/merge.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createSigner } from '../../src/exchanges/binance/sign.ts';
import { DepthSequence } from '../../src/exchanges/binance/books.ts';
import { executionReport } from '../../src/exchanges/binance/decode.ts';
import { scanDepth } from '../../src/exchanges/binance/depth-scan.ts';
import { LocalBook } from '../../src/market/local-book.ts';
import { realClock } from '../../src/runtime/real-clock.ts';
import { SqliteJournal } from '../../src/storage/sqlite-journal.ts';
import { answer } from '../harness/child.ts';
import { orderFrames } from '../harness/order-frames.ts';

const now = (): number => Number(process.hrtime.bigint());

/** Nanoseconds for each call: the median of batches. */
async function timed(calls: number, batches: number, batch: () => unknown): Promise<number> {
  for (let index = 0; index < 3; index++) await batch();
  const times: number[] = [];
  for (let index = 0; index < batches; index++) {
    const start = now();
    await batch();
    times.push((now() - start) / calls);
  }
  return times.sort((a, b) => a - b)[batches >> 1] ?? NaN;
}

/** A result the compiler cannot leave out. */
export let sink: unknown;

const PAYLOAD =
  'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.00100&price=60000.00&newClientOrderId=aq0123456789&timestamp=1795300000204';
const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';

async function signing(): Promise<object> {
  const count = 2_000;
  const key = createSecretKey(SECRET, 'utf8');
  const wanted = createHmac('sha256', SECRET).update(PAYLOAD).digest('hex');
  const signer = createSigner(new Secret(SECRET));
  if (signer.sign(PAYLOAD) !== wanted) throw new Error('a signature is wrong');
  const encoder = new TextEncoder();
  const floor = (): void => {
    for (let index = 0; index < count; index++) sink = createHmac('sha256', key).update(PAYLOAD).digest('hex');
  };
  const us = (): void => {
    for (let index = 0; index < count; index++) sink = signer.sign(PAYLOAD);
  };
  const peers = async (): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const imported = await webcrypto.subtle.importKey(
        'raw',
        encoder.encode(SECRET),
        { name: 'HMAC', hash: 'SHA-256' },
        false,
        ['sign'],
      );
      sink = Buffer.from(await webcrypto.subtle.sign('HMAC', imported, encoder.encode(PAYLOAD))).toString('hex');
    }
    if (sink !== wanted) throw new Error('a signature is wrong');
  };
  return {
    floor: await timed(count, 15, floor),
    aioquant: await timed(count, 15, us),
    webcrypto: await timed(count, 5, peers),
  };
}

async function decimals(): Promise<object> {
  const count = 1_000;
  const pairs = Array.from(
    { length: count },
    (_, index) => [(1_000 + index * 7).toFixed(0), (index * 7) % 997] as const,
  ).map(([quantity, filled]) => [`${quantity}.12345`, `${filled}.02`] as const);
  const ours = pairs.map(([a, b]) => [Decimal.from(a), Decimal.from(b)] as const);
  const theirs = pairs.map(([a, b]) => [new BigNumber(a), new BigNumber(b)] as const);
  const numbers = pairs.map(([a, b]) => [Number(a), Number(b)] as const);
  for (const [index, [a, b]] of ours.entries())
    if (a.sub(b).toString() !== theirs[index]?.[0].sub(theirs[index][1]).toString())
      throw new Error('a difference is wrong');
  const repeat = 200;
  // What is done for each pair besides - taking it apart, keeping the result - costs more than a difference of numbers: as little as can be.
  const run = <T>(list: readonly (readonly [T, T])[], sub: (a: T, b: T) => unknown): (() => void) => {
    const minuends = list.map(([a]) => a);
    const subtrahends = list.map(([, b]) => b);
    return () => {
      for (let round = 0; round < repeat; round++)
        for (let index = 0; index < minuends.length; index++) sink = sub(minuends[index] as T, subtrahends[index] as T);
    };
  };
  const calls = count * repeat;
  return {
    floor: await timed(
      calls,
      15,
      run(numbers, (a, b) => a - b),
    ),
    aioquant: await timed(
      calls,
      15,
      run(ours, (a, b) => a.sub(b)),
    ),
    'decimal.js': await timed(
      calls,
      5,
      run(theirs, (a, b) => a.sub(b)),
    ),
  };
}

/** A depth update of 26 changes, as Binance's combined stream sends it. */
function depthFrame(turn: number): string {
  const side = (base: number, sign: number): string[][] =>
    Array.from({ length: 13 }, (_, index) => [
      (base + sign * ((index * 7 + turn * 3) % 400) * 0.01).toFixed(8),
      (turn + index) % 5 === 0 ? '0.00000000' : (((index * 31 + turn * 17) % 900) / 1_000 + 0.001).toFixed(8),
    ]);
  return JSON.stringify({
    stream: 'btcusdt@depth@100ms',
    data: {
      e: 'depthUpdate',
      E: 1_795_300_000_000 + turn,
      s: 'BTCUSDT',
      U: turn * 30,
      u: turn * 30 + 29,
      b: side(60_000, -1),
      a: side(60_000.01, 1),
    },
  });
}

interface Depth {
  readonly data: { readonly b: [string, string][]; readonly a: [string, string][] };
}

/** The floor's book: sorted typed arrays of doubles. */
class TypedSide {
  prices = new Float64Array(2_048);
  sizes = new Float64Array(2_048);
  count = 0;
  set(key: number, size: number): void {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.prices[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    const isKnown = low < this.count && this.prices[low] === key;
    if (size === 0) {
      if (!isKnown) return;
      this.prices.copyWithin(low, low + 1, this.count);
      this.sizes.copyWithin(low, low + 1, this.count);
      this.count--;
      return;
    }
    if (!isKnown) {
      this.prices.copyWithin(low + 1, low, this.count);
      this.sizes.copyWithin(low + 1, low, this.count);
      this.prices[low] = key;
      this.count++;
    }
    this.sizes[low] = size;
  }
}

async function book(): Promise<object> {
  const frames = Array.from({ length: 1_000 }, (_, turn) => Buffer.from(depthFrame(turn)));
  const bids = new TypedSide();
  const asks = new TypedSide();
  const floor = (): void => {
    for (const frame of frames) {
      const update = (JSON.parse(frame.toString()) as Depth).data;
      for (const [price, size] of update.b) bids.set(-Number(price), Number(size));
      for (const [price, size] of update.a) asks.set(Number(price), Number(size));
    }
  };
  const local = new LocalBook();
  const us = (): void => {
    const sequence = new DepthSequence();
    sequence.snapshot(-1);
    for (const frame of frames) {
      const scanned = scanDepth(frame);
      if (scanned === null || sequence.update(scanned.update).type !== 'apply') throw new Error('a frame was declined');
      local.apply(scanned.update.bids, scanned.update.asks);
    }
  };
  const result = {
    floor: await timed(1_000, 15, floor),
    aioquant: await timed(1_000, 15, us),
    bytes: frames[500]?.length,
  };
  const { size } = local;
  const {
    bids: [bestBid],
    asks: [bestAsk],
  } = local.top(1);
  if (
    size.bids !== bids.count ||
    size.asks !== asks.count ||
    Number(bestAsk?.[0]) !== asks.prices[0] ||
    Number(bestBid?.[0]) !== -(bids.prices[0] ?? 0)
  )
    throw new Error('the books differ');
  return result;
}

/** The compiler is not through with what is called from so many places in one. */
const WARM_UP_PASSES = 3;

async function journal(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'aioquant-bench-'));
  const file = openSync(join(folder, 'plain'), 'a');
  const count = 2_000;
  const line = `${'x'.repeat(300)}\n`;
  const floor = await timed(count, 9, () => {
    for (let index = 0; index < count; index++) writeSync(file, line);
  });
  const log = { debug() {}, info() {}, warn() {}, error: (message: string) => console.error(message) };
  const store = new SqliteJournal({ file: join(folder, 'journal.sqlite'), clock: realClock, log });
  const scope = store.open({ platform: 'binance', venue: '', account: 'a', symbol: 'BTC/USDT', strategy: 'bench' });
  const texts = orderFrames('binance', 40_000, { clientIdPrefix: 'aq', startTime: 1_795_300_000_000 });
  const frames = texts.map((text) => JSON.stringify((JSON.parse(text) as { event: unknown }).event));
  const enqueueTimes: number[] = [];
  let written = 0;
  /** Frames are read, and journaled or not, by a thread that is never idle: what waking up costs is not the journal's. */
  const pass = async (round: number, isJournaled: boolean): Promise<{ main: number; all: number; events: number }> => {
    let events = 0;
    const states = new Map<string, OrderState>();
    const cpu = process.cpuUsage();
    const thread = process.threadCpuUsage();
    for (let from = 0; from < frames.length; from += 20) {
      const reports = frames
        .slice(from, from + 20)
        .map((text) => executionReport(JSON.parse(text) as never, 'BTC/USDT'))
        .filter((report) => report !== null)
        .map((report) => {
          const key = `o:${report.orderId}.${round}`;
          const known = states.get(key) ?? newOrderState('BTC/USDT');
          states.set(key, merge(known, report).state);
          return { key, report, known };
        });
      const begun = now();
      const eventsBefore = events;
      for (const { key, report, known } of reports) {
        const { fill, life } = report;
        const isEnd = life === 'filled' || life === 'canceled';
        events += 1 + (fill === null ? 0 : 1) + (isEnd ? 1 : 0);
        if (!isJournaled) continue;
        written++;
        scope.report(key, report, 1_795_300_000_000, known);
        if (fill !== null) scope.told(key, fill.tradeId);
        if (isEnd) scope.closed(key, life === 'filled' ? 'FILLED' : 'CANCELED', 1_795_300_000_000);
      }
      if (isJournaled) enqueueTimes.push((now() - begun) / (events - eventsBefore));
      if (from % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await store.flush();
    const total = process.cpuUsage(cpu);
    const main = process.threadCpuUsage(thread);
    return { main: main.user + main.system, all: total.user + total.system, events };
  };
  const mains: number[] = [];
  const alls: number[] = [];
  for (let round = 0; round < WARM_UP_PASSES + 7; round++) {
    const without = await pass(round, false);
    const { main, all, events } = await pass(round, true);
    if (round < WARM_UP_PASSES) continue;
    mains.push(((main - without.main) * 1_000) / events);
    alls.push(((all - without.all) * 1_000) / events);
  }
  const intents: number[] = [];
  for (let index = 0; index < 1_000; index++) {
    const begun = now();
    scope.intent(`c:i${index}`, {
      clientOrderId: `i${index}`,
      action: 'BUY',
      orderType: 'LIMIT',
      timeInForce: 'GTC',
      price: '60000',
      quantity: '0.001',
      quoteQuantity: null,
      at: 1_795_300_000_000,
    });
    intents.push(now() - begun);
  }
  await store.flush();
  const kept = store
    .history({ limit: 1_000_000 })
    .reduce((sum, order) => sum + order.events.filter(({ what }) => what === 'report').length, 0);
  await store.close();
  rmSync(folder, { recursive: true });
  if (kept !== written) throw new Error(`${kept} of ${written} reports are in the journal`);
  const median = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1] ?? NaN;
  return {
    floor,
    enqueue: median(enqueueTimes),
    /** An event is a report, a fill that was told, or an end that was told. */
    mainByEvent: median(mains),
    processByEvent: median(alls),
    intent: median(intents),
  };
}

answer({ signing, decimals, book, journal });
