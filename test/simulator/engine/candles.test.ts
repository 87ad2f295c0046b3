// Candles out of trades: exact sums, whole intervals, quiet minutes repeated, weeks from Monday.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/runtime/random.ts';
import { candleStart, CandleStore, type CandleQuery } from '../../../src/simulator/engine/candles.ts';
import { bench, d, EOS, INSTRUMENTS } from '../support.ts';

describe('CandleStore', () => {
  it('joins trades into seconds, minutes and longer intervals, and fills quiet ones', async () => {
    const { venue, clock } = bench();
    const store = new CandleStore(venue);
    const trade = async (price: string, quantity: string, afterMs: number): Promise<void> => {
      await clock.advance(afterMs);
      venue.house.quote(EOS, 'SELL', d(price), d(quantity));
      venue.house.take(EOS, 'BUY', null, d(quantity));
    };
    await trade('0.80', '10', 0);
    await trade('0.90', '5', 200);
    await trade('0.70', '1', 2000);
    await trade('0.85', '2', 180_000);
    const seconds = store.candles(EOS, { intervalMs: 1000, limit: 3, startTime: clock.now() - 182_200 }, clock.now());
    expect(seconds.map((candle) => [candle.close.toString(), candle.volume.toString(), candle.trades])).toEqual([
      ['0.9', '15', 2],
      ['0.9', '0', 0],
      ['0.7', '1', 1],
    ]);
    const minutes = store.candles(EOS, { intervalMs: 60_000, limit: 10 }, clock.now());
    expect(minutes.map((candle) => candle.trades)).toEqual([3, 0, 0, 1]);
    expect(minutes[0]).toMatchObject({ openTime: candleStart(clock.now(), 60_000) - 180_000 });
    const [hour] = store.candles(EOS, { intervalMs: 3_600_000, limit: 1 }, clock.now());
    expect([hour?.open, hour?.high, hour?.low, hour?.close, hour?.volume].map(String)).toEqual([
      '0.8',
      '0.9',
      '0.7',
      '0.85',
      '18',
    ]);
    expect(hour?.quoteVolume.toString()).toBe('14.9');
    expect((hour?.lastTradeId ?? 0n) - (hour?.firstTradeId ?? 0n)).toBe(3n);
  });

  it('gives what was asked for out of a long silence, and makes no more than that', async () => {
    const { venue, clock } = bench();
    const store = new CandleStore(venue);
    const begin = clock.now();
    const trade = (): void => {
      venue.house.quote(EOS, 'SELL', d('0.8'), d('1'));
      venue.house.take(EOS, 'BUY', null, d('1'));
    };
    trade();
    await clock.advance(10 * 86_400_000);
    trade();
    await clock.advance(10 * 86_400_000);
    const now = clock.now();
    const read = (query: Partial<CandleQuery>): string => {
      const candles = store.candles(EOS, { intervalMs: 1000, limit: 3, ...query }, now);
      return candles.map(({ openTime, trades }) => `${(openTime - begin) / 1000}:${trades}`).join(' ');
    };
    const startedAt = performance.now();
    const middle = begin + 10 * 86_400_000;
    expect(read({})).toBe('1727998:0 1727999:0 1728000:0');
    expect(read({ startTime: 0 })).toBe('0:1 1:0 2:0');
    expect(read({ startTime: begin })).toBe('0:1 1:0 2:0');
    expect(read({ startTime: begin + 1 })).toBe('1:0 2:0 3:0');
    expect(read({ startTime: middle - 1500 })).toBe('863999:0 864000:1 864001:0');
    expect(read({ startTime: middle - 1000, limit: 2 })).toBe('863999:0 864000:1');
    expect(read({ startTime: middle })).toBe('864000:1 864001:0 864002:0');
    expect(read({ startTime: middle + 500, endTime: middle + 2000 })).toBe('864001:0 864002:0');
    expect(read({ endTime: middle + 500 })).toBe('863998:0 863999:0 864000:1');
    expect(read({ startTime: now - 500 })).toBe('1728000:0');
    // Two million candles each time, made one by one, take seconds, and nobody else is served meanwhile.
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('begins weeks on Mondays', () => {
    const friday = Date.UTC(2024, 7, 9, 12);
    expect(candleStart(friday, 604_800_000)).toBe(Date.UTC(2024, 7, 5));
  });

  it('can invent a past that ends at the present price', () => {
    const { venue, clock } = bench();
    const store = new CandleStore(venue);
    const [eos] = INSTRUMENTS;
    if (eos !== undefined) store.invent(eos, d('0.8'), 500, clock, seededRandom(1));
    const past = store.candles(EOS, { intervalMs: 60_000, limit: 1000 }, clock.now());
    expect(past).toHaveLength(501);
    expect(past.at(-1)?.close.toString()).toBe('0.8');
    for (const candle of past) expect(candle.high.gte(candle.low) && candle.low.isPositive()).toBe(true);
  });
});
