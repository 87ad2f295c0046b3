// The scanned depth update against the parsed one: the same to the last digit, or declined - over a recorded day, the reference and mutated frames.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { depthUpdateOf, type DepthUpdate } from '../../../src/exchanges/binance/books.ts';
import { scanDepth, type StreamedUpdate } from '../../../src/exchanges/binance/depth-scan.ts';
import { isRow, parse, text } from '../../../src/exchanges/binance/frames.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { pairsOf } from '../../support/level-pairs.ts';
import { mutated } from '../../support/mutated-frames.ts';

/** What the feed does with a frame that was declined, as far as books go. */
function plain(frame: Buffer): StreamedUpdate | null {
  const value = parse(frame.toString());
  if (!isRow(value) || !isRow(value['data'])) return null;
  const update = depthUpdateOf(value['data']);
  return update === null ? null : { stream: text(value, 'stream'), update };
}

const padless = (value: string): string => Decimal.from(value).toString();
const told = ({ stream, update }: StreamedUpdate): unknown => {
  const levels = (side: DepthUpdate['bids']): unknown =>
    pairsOf(side).map(([price, quantity]) => [padless(price), padless(quantity)]);
  return { ...update, stream, bids: levels(update.bids), asks: levels(update.asks) };
};

/** Whether it was scanned. */
function agrees(frame: Buffer): boolean {
  const scanned = scanDepth(frame);
  if (scanned === null) return false;
  const parsed = plain(frame);
  expect(parsed === null ? frame.toString() : told(parsed)).toEqual(told(scanned));
  return true;
}

const frameOf = (
  bids: string,
  asks = '[]',
  head = '"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157,"u":160',
): Buffer => Buffer.from(`{"stream":"bnbbtc@depth@100ms","data":{${head},"b":${bids},"a":${asks}}}`);

describe('read from its bytes', () => {
  test.each([
    ['[["0.0024","10"]]', '[["0.0026","100"]]'],
    ['[]', '[["61686.00000000","2.44807000"],["95777.67000000","0.00000000"]]'],
    ['[["0.00000850","1234567890.00000000"],["007","00.5"]]', '[]'],
    ['[["1","2","further",""],["3","4","0","1"]]', '[]'],
    ['[["999999999.999999","0.123456789012345"]]', '[["123456789012345","1."]]'],
  ])('%s %s', (bids, asks) => {
    expect(agrees(frameOf(bids, asks))).toBe(true);
  });
});

describe('declined', () => {
  test.each([
    '[["0.1234567890123456","1"]]',
    '[["1000000000000001","1"]]',
    '[["abc","1"]]',
    '[["","1"]]',
    '[[".5","1"]]',
    '[["-1","1"]]',
    '[["1e3","1"]]',
    '[["1.2.3","1"]]',
    '[["1"]]',
    '[[]]',
    '[[1,2]]',
    '[["1","2",3]]',
    '[["1","2","\\u0041"]]',
    '[["1","2","é"]]',
    '[["1", "2"]]',
    '[["1","2"],]',
    '[["1","2"]',
    '[["1","2"]]]',
    'null',
    '{}',
  ])('levels %s', (levels) => {
    expect(agrees(frameOf(levels))).toBe(false);
    expect(agrees(frameOf('[]', levels))).toBe(false);
  });

  test.each([
    '"e":"depthUpdate","E":1672515782136,"T":1672515782136,"s":"BNBBTC","U":157,"u":160',
    '"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","u":160,"U":157',
    '"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":"157","u":160',
    '"e":"depthUpdate","E":-1,"s":"BNBBTC","U":157,"u":160',
    '"e":"depthUpdate","E":0157,"s":"BNBBTC","U":157,"u":160',
    '"e":"depthUpdate","E":1672515782136,"s":"BNB\\"BTC","U":157,"u":160',
    '"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157,"u":16000000000000000001',
    '"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157.0,"u":160',
    '"e":"trade","E":1672515782136,"s":"BNBBTC","U":157,"u":160',
  ])('head %s', (head) => {
    expect(agrees(frameOf('[]', '[]', head))).toBe(false);
  });

  test('what is cut off at any byte, or goes on after its end', () => {
    const frame = frameOf('[["0.0024","10"]]', '[["0.0026","100"]]');
    for (let length = 0; length < frame.length; length++) expect(scanDepth(frame.subarray(0, length))).toBeNull();
    expect(scanDepth(Buffer.concat([frame, Buffer.from(' ')]))).toBeNull();
    expect(scanDepth(Buffer.concat([frame, Buffer.from('}')]))).toBeNull();
  });
});

test('twenty thousand mutated frames: exactly the parsed update, or declined', () => {
  const random = seededRandom('depth frames');
  const whole = frameOf(
    '[["61685.99000000","1.25869000"],["24426.99000000","0.00000000"],["0.00000850","1234567890.00000000"]]',
    '[["61686.00000000","2.44807000","0"],["95777.67","12"]]',
  );
  let scanned = 0;
  for (let round = 0; round < 20_000; round++) if (agrees(mutated(whole, random))) scanned++;
  // Another digit in the place of a digit is an update like any other; most else is not.
  expect(scanned).toBeGreaterThan(1_000);
  expect(scanned).toBeLessThan(15_000);
});

for (const file of ['binance-spot-btcusdt-20240809.ws.gz', 'binance-usdm-btcusdt-20240808.ws.gz']) {
  const recording = new URL(`../../../../shared/data/${file}`, import.meta.url);
  const isThere = existsSync(recording);
  if (!isThere) console.log(`skipped: ../shared/data/${file} is not there`);
  test.runIf(isThere)(
    `every frame of ${file}, as it came and mutated`,
    () => {
      const random = seededRandom(file);
      let updates = 0;
      let scanned = 0;
      for (const line of gunzipSync(readFileSync(recording)).toString().split('\n')) {
        const frame = Buffer.from(line.slice(line.indexOf(' ') + 1));
        if (line.includes('"depthUpdate"')) updates++;
        else if (random.int(50) > 0) continue;
        if (agrees(frame)) scanned++;
        agrees(mutated(frame, random));
      }
      expect(updates).toBeGreaterThan(3_000);
      // Those of futures have two fields more.
      expect(scanned).toBe(file.includes('spot') ? updates : 0);
    },
    60_000,
  );
}
