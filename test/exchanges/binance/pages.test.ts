// An account's fills over pages with prepared answers: all of them, or an error.
import { describe, expect, test } from 'vitest';
import { ok } from '../../../src/domain/errors.ts';
import type { Call } from '../../../src/exchanges/binance/encode.ts';
import { tradesOfOrder, tradesSince, type Ask } from '../../../src/exchanges/binance/pages.ts';
import type { Row } from '../../../src/exchanges/binance/frames.ts';

const DAY = 24 * 3_600_000;
const trades = (first: number, count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({ id: first + index }));

/** Answers in order; the last one stays. */
function prepared(...answers: readonly (readonly Row[])[]): { ask: Ask; calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    ask: (call) => {
      calls.push(call);
      return Promise.resolve(ok(answers[Math.min(calls.length, answers.length) - 1]));
    },
  };
}

describe('pages that do not advance are an error, never a part', () => {
  test('a full page whose last trade has no id', async () => {
    const { ask } = prepared([...trades(1, 999), {}], []);
    expect((await tradesOfOrder(ask, 'BTCUSDT', '7'))[1]).toMatchObject({
      kind: 'unknown',
      message: 'the pages of the answer do not advance behind a trade without an id',
    });
  });

  test('a full page that comes again', async () => {
    const { ask, calls } = prepared(trades(1, 1_000));
    expect((await tradesOfOrder(ask, 'BTCUSDT', '7'))[1]).toMatchObject({
      message: 'the pages of the answer do not advance behind id 1000',
    });
    expect(calls).toHaveLength(2);
  });

  test('an earlier day whose trades have no id', async () => {
    const { ask } = prepared([{}], []);
    expect((await tradesSince(ask, 'BTCUSDT', 0, 2 * DAY))[1]).toMatchObject({ kind: 'unknown' });
  });
});

test('a full page is followed by the ids behind it', async () => {
  const { ask, calls } = prepared(trades(1, 1_000), trades(1_001, 3));
  expect((await tradesOfOrder(ask, 'BTCUSDT', '7'))[0]).toHaveLength(1_003);
  expect(calls.map(({ params }) => params['fromId'])).toEqual([0n, 1_001n]);
});
