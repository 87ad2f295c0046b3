// Seeded chance must repeat exactly and look like chance; the system's must not repeat.
import { describe, expect, it } from 'vitest';
import { seededRandom, systemRandom } from '../../src/runtime/random.ts';

describe('seededRandom', () => {
  it('repeats for the same seed and differs for another', () => {
    const draw = (seed: number | string): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw('7')).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw('7/market')).not.toEqual(draw('7/faults'));
  });

  it('is uniform enough, within its bounds', () => {
    const random = seededRandom('uniform');
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 20_000; index++) {
      const value = random.int(10);
      buckets[value] = (buckets[value] ?? 0) + 1;
    }
    expect(buckets).toHaveLength(10);
    for (const count of buckets) {
      expect(count).toBeGreaterThan(1800);
      expect(count).toBeLessThan(2200);
    }
    for (const seed of [0, 1, 2, 3]) {
      const value = seededRandom(seed).next();
      expect(value >= 0 && value < 1).toBe(true);
    }
    expect(random.id(22)).toMatch(/^[0-9a-z]{22}$/);
  });
});

describe('systemRandom', () => {
  it('gives ids that do not repeat', () => {
    expect(new Set(Array.from({ length: 2000 }, () => systemRandom.id(16))).size).toBe(2000);
  });
});
