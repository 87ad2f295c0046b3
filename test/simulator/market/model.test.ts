// The living market: plausible, never crossed, never empty, the same from the same seed, and willing to trade with accounts.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/runtime/random.ts';
import { MarketModel } from '../../../src/simulator/market/model.ts';
import { accepted, bench, d, EOS, order, RULES, type Bench } from '../support.ts';

function market(seed: number | string): Bench & { model: MarketModel } {
  const made = bench();
  const model = new MarketModel({ ...made, random: seededRandom(seed), symbol: EOS, startPrice: d('0.8') });
  model.open();
  model.start();
  return { ...made, model };
}

describe('MarketModel', () => {
  it('keeps a two-sided, uncrossed book with a realistic spread, and trades', async () => {
    const { venue, clock, model } = market(1);
    let trades = 0;
    venue.listen((event) => {
      if (event.type === 'trade') trades++;
    });
    for (let second = 0; second < 60; second++) {
      await clock.advance(1000);
      const { bids, asks } = venue.book(EOS, 20);
      expect(bids.length).toBeGreaterThan(10);
      expect(asks.length).toBeGreaterThan(10);
      const spread = (asks[0]?.[0] ?? d(0)).sub(bids[0]?.[0] ?? d(0));
      expect(spread.isPositive()).toBe(true);
      expect(spread.toNumber()).toBeLessThan(0.8 * 0.003);
      for (const [price] of [...bids, ...asks]) expect(price.isMultipleOf(d('0.0001'))).toBe(true);
    }
    expect(trades).toBeGreaterThan(60);
    expect(trades).toBeLessThan(2000);
    model.stop();
    expect(await clock.runAll()).toBe(true);
  });

  it('is the same from the same seed, and another from another', async () => {
    const hash = async (seed: number): Promise<string> => {
      const { venue, clock, model } = market(seed);
      const digest = createHash('sha256');
      venue.listen((event) =>
        digest.update(
          JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
        ),
      );
      await clock.advance(20_000);
      model.stop();
      return digest.digest('hex');
    };
    const [first, again, other] = [await hash(5), await hash(5), await hash(6)];
    expect(first).toBe(again);
    expect(first).not.toBe(other);
  });

  it('fills an order near the best price sooner or later, and leaves a distant one alone', async () => {
    const { venue, clock, model } = market(3);
    const best = venue.book(EOS, 1).asks[0]?.[0] ?? d('0.8');
    const near = accepted(venue.place(1, order('SELL', best.toString(), '50'), RULES)).order;
    const far = accepted(venue.place(1, order('SELL', '1.2', '50'), RULES)).order;
    const filled = await clock.runUntil(
      () => venue.order(1, EOS, { orderId: near.orderId })?.status === 'filled',
      600_000,
    );
    expect(filled).toBe(true);
    expect(venue.order(1, EOS, { orderId: far.orderId })?.filled.toString()).toBe('0');
    model.stop();
  });

  it('stays near its home for hours', () => {
    const { model } = market(9);
    model.stop();
    for (let step = 0; step < 30_000; step++) model.step();
    expect(model.fairPrice).toBeGreaterThan(0.8 * 0.9);
    expect(model.fairPrice).toBeLessThan(0.8 * 1.1);
  });
});
