// Reconnects leave nothing behind in the system: a strategy's process is cut off again and again, and its file descriptors are counted.
// The same by the thousand, on every exchange, is the benchmarks' soak.
import { expect, test } from 'vitest';
import { runReconnects } from '../../bench/cases/reconnects.ts';

test('after many reconnects of every kind a process holds as many file descriptors as before', async () => {
  const { before, after } = await runReconnects('binance', 30);
  expect(before).toBeGreaterThan(0);
  expect(after).toBe(before);
});
