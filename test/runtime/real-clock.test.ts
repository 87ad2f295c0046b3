// The real clock: close to the system's time, never early, cancellable.
import { describe, expect, it } from 'vitest';
import { realClock } from '../../src/runtime/real-clock.ts';

describe('realClock', () => {
  it('tells the time and fires once after the delay', async () => {
    const started = realClock.monotonic();
    expect(Math.abs(realClock.now() - Date.now())).toBeLessThan(1000);
    await new Promise<void>((resolve) => realClock.after(5, resolve));
    expect(realClock.monotonic() - started).toBeGreaterThanOrEqual(4);
  });

  it('does not fire a cancelled timer, nor one of fifty days at once', async () => {
    let calls = 0;
    const fire = (): void => {
      calls++;
    };
    realClock.after(0, fire).cancel();
    const long = realClock.after(50 * 86_400_000, fire);
    await new Promise<void>((resolve) => realClock.after(10, resolve));
    long.cancel();
    expect(calls).toBe(0);
  });
});
