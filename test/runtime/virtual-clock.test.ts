// The virtual clock's promises: order of timers, drained continuations, exact time, nothing before its due.
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { sleep } from '../../src/seam/clock.ts';

describe('VirtualClock', () => {
  it('fires timers by time, and equal times in the order they were set', async () => {
    const clock = new VirtualClock(1000);
    const seen: string[] = [];
    clock.after(20, () => seen.push('c'));
    clock.after(10, () => seen.push('a'));
    clock.after(10, () => seen.push('b'));
    await clock.advance(15);
    expect(seen).toEqual(['a', 'b']);
    expect(clock.now()).toBe(1015);
    await clock.advance(5);
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('runs whole promise chains between two timers', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const worker = async (name: string): Promise<void> => {
      for (let round = 0; round < 3; round++) {
        await sleep(clock, 10);
        await Promise.resolve();
        await new Promise((resolve) => process.nextTick(resolve));
        seen.push(`${name}${round}@${clock.monotonic()}`);
      }
    };
    void worker('x');
    clock.after(10, () => seen.push(`timer@${clock.monotonic()}`));
    void worker('y');
    await clock.advance(30);
    expect(seen).toEqual(['x0@10', 'timer@10', 'y0@10', 'x1@20', 'y1@20', 'x2@30', 'y2@30']);
  });

  it('never calls a timer synchronously, nor a cancelled one', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    clock.after(0, () => calls++);
    clock.after(5, () => calls++).cancel();
    expect(calls).toBe(0);
    expect(await clock.runAll()).toBe(true);
    expect(calls).toBe(1);
  });

  it('runs until something is true, or says that it never was', async () => {
    const clock = new VirtualClock();
    let count = 0;
    const beat = (): void => {
      count++;
      clock.after(100, beat);
    };
    beat();
    expect(await clock.runUntil(() => count === 5, 1000)).toBe(true);
    expect(clock.monotonic()).toBe(400);
    expect(await clock.runUntil(() => count === 50, 1000)).toBe(false);
    expect(clock.monotonic()).toBe(1400);
    expect(await clock.runFor(sleep(clock, 250).then(() => 'done'))).toBe('done');
    await expect(clock.runFor(new Promise(() => undefined), 500)).rejects.toThrow('still pending');
  });

  it('stands still while real work is held, and refuses two drivers', async () => {
    const clock = new VirtualClock();
    let read = false;
    const work = new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => {
      read = true;
    });
    clock.hold(work);
    let readWhenFired = false;
    clock.after(1, () => {
      readWhenFired = read;
    });
    const first = clock.advance(1);
    await expect(clock.advance(1)).rejects.toThrow('already being run');
    await first;
    expect(readWhenFired).toBe(true);
  });

  it('can step the wall clock without touching durations, and hands on what a timer throws', async () => {
    const clock = new VirtualClock(5000);
    clock.stepWall(-2000);
    expect([clock.now(), clock.monotonic()]).toEqual([3000, 0]);
    clock.after(1, () => {
      throw new Error('boom');
    });
    await expect(clock.advance(2)).rejects.toThrow('boom');
    await clock.advance(2);
    expect(clock.monotonic()).toBe(3);
  });

  it('keeps order with thousands of timers', async () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    for (let index = 0; index < 3000; index++) {
      const at = (index * 7919) % 1000;
      clock.after(at, () => times.push(clock.monotonic()));
    }
    await clock.runAll();
    expect(times).toHaveLength(3000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(clock.fired).toBe(3000);
  });
});
