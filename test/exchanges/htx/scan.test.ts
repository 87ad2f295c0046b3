// Scanned pushes of orders and clearing against parsed ones: the same reports, or declined - the reference's pushes, lives of orders, mutated frames.
import { describe, expect, test } from 'vitest';
import { orderFrames } from '../../../bench/harness/order-frames.ts';
import { clearingPush, orderPush } from '../../../src/exchanges/htx/decode.ts';
import { privateFrame, text, type PrivateFrame } from '../../../src/exchanges/htx/frames.ts';
import { scanPush } from '../../../src/exchanges/htx/scan.ts';
import { StreamMemory } from '../../../src/exchanges/htx/stream-memory.ts';
import { parseJson } from '../../../src/wire/json.ts';
import { agree, agreeOnMutations, type Readers } from '../../support/scan-agreement.ts';
import { named, rowAt } from './support.ts';

/** What the account feed makes of it: the report, and what the memory adds. */
function told(frame: PrivateFrame): unknown {
  if (frame.type !== 'push') return frame;
  const { channel, data } = frame;
  const isFee = channel.startsWith('trade.clearing');
  if (!isFee && !channel.startsWith('orders')) return frame;
  const report = isFee
    ? clearingPush(data, 'BTC/USDT')
    : orderPush(data, 'BTC/USDT', new StreamMemory(() => 0).hints(data));
  const whose = [text(data, 'accountId'), text(data, isFee ? 'source' : 'orderSource')];
  return { channel, symbol: text(data, 'symbol'), whose, report };
}

const readers: Readers = {
  scan: (frame) => {
    const push = scanPush(frame);
    return push === null ? null : told(push);
  },
  parse: (frame) => {
    try {
      return told(privateFrame(parseJson(frame.toString())));
    } catch {
      return 'junk';
    }
  },
};

const reference = named('orders-push').map(([, example]) => Buffer.from(JSON.stringify(rowAt(example, 'frame'))));
const LIVES = { clientIdPrefix: 'aq', startTime: 1_795_300_000_000 };
const lives = orderFrames('htx', 2_000, LIVES).map((frame) => Buffer.from(frame));

test('the reference: read alike, and nearly all of it scanned', () => {
  const declined = reference.filter((frame) => !agree(readers, frame)).map((frame) => frame.toString());
  // The documentation's clearing sample has no `action` (8.4): that one is parsed.
  expect(declined.filter((frame) => frame.startsWith('{"action":"push"'))).toEqual([]);
  expect(reference.length - declined.length).toBeGreaterThan(8);
});

test('whole lives of orders', () => {
  expect(lives.every((frame) => agree(readers, frame))).toBe(true);
});

test('mutated frames: scanned alike, or declined', () => {
  const { scanned, all } = agreeOnMutations(readers, [...reference, ...lives.slice(0, 300)], 30, 20_261_125);
  expect(scanned).toBeGreaterThan(all / 20);
});

describe('exactly', () => {
  const [, , , frame = ''] = orderFrames('htx', 900, LIVES).filter((t) => t.includes('execAmt'));
  test.each([
    ['orderId', '9223372036854775807'],
    ['orderId', '"1474908579893191"'],
    ['orderId', '-7'],
    ['tradeId', '12345678901234567890'],
    ['execAmt', '1E-8'],
    ['execAmt', '0.00012300'],
    ['execAmt', '"0.000000000000000000123"'],
    ['orderSize', '"0.00100000"'],
    ['orderSize', '""'],
    ['type', '"buy-market"'],
    ['tradeTime', '1764765015078.5'],
    ['tradeTime', '"1764765015078"'],
    ['tradeTime', '17647650150781764765015078'],
    ['aggressor', 'true'],
    ['aggressor', '"true"'],
    ['orderSource', '"super-margin-api"'],
    ['orderSource', 'null'],
    ['clientOrderId', 'null'],
    ['clientOrderId', '12345'],
    ['orderStatus', '"never seen before"'],
  ])('%s: %s', (name, value) => {
    const written = frame.replace(new RegExp(`"${name}":("[^"]*"|[^,}]*)`), `"${name}":${value}`);
    expect(JSON.parse(written)).toHaveProperty(`data.${name}`);
    expect(agree(readers, Buffer.from(written))).toBe(true);
  });
});
