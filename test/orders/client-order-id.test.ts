// Client order ids carry the strategy, are legal everywhere and never repeat.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientOrderIds, isOwn, madeAt } from '../../src/orders/client-order-id.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

describe('client order ids', () => {
  it("are recognised as the strategy's own, and as nobody else's", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (mine, other) => {
        fc.pre(mine !== other);
        const id = new ClientOrderIds(mine, new VirtualClock(), seededRandom(1)).next();
        expect(id).toMatch(/^[0-9a-z]{1,32}$/);
        expect(isOwn(mine, id)).toBe(true);
        expect(isOwn(other, id)).toBe(false);
      }),
    );
  });

  it('say when they were made', () => {
    const clock = new VirtualClock();
    const id = new ClientOrderIds('mine', clock, seededRandom(1)).next();
    expect(madeAt('mine', id)).toBe(clock.now());
    expect(madeAt('other', id)).toBeNull();
    expect(madeAt('mine', 'grid7')).toBeNull();
  });

  it('never repeat, not even between makers in the same millisecond', () => {
    const clock = new VirtualClock();
    const random = seededRandom(2);
    const makers = Array.from({ length: 20 }, () => new ClientOrderIds('s', clock, random));
    const ids = makers.flatMap((maker) => Array.from({ length: 500 }, () => maker.next()));
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.max(...ids.map(({ length }) => length))).toBeLessThanOrEqual(32);
  });
});
