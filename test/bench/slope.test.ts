// What the soak calls growth: not what comes and goes with the orders in memory.
import { expect, test } from 'vitest';
import { slopeBeside } from '../../bench/harness/slope.ts';

test('growth is told apart from what rises and falls with something else', () => {
  for (const growth of [0, 3]) {
    const readings = Array.from({ length: 40 }, (_, index) => {
      const [hours, orders] = [index / 40, ((index * 37) % 60) * 500];
      return [hours, 5 + growth * hours + 0.001 * orders, orders] as const;
    });
    expect(slopeBeside(readings)).toBeCloseTo(growth, 6);
  }
});
