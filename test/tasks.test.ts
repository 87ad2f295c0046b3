// Loop tasks and single tasks on a virtual clock: the rhythm, no overlap, and what a throwing task does.
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/runtime/virtual-clock.ts';
import { silentLog, type Log } from '../src/seam/log.ts';
import { sleep } from '../src/seam/clock.ts';
import { LoopRunTask, SingleTask, Tasks } from '../src/tasks.ts';

function recordingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  return { ...silentLog, lines, error: (message) => void lines.push(message) };
}

describe('a loop task', () => {
  it('runs once per interval with its arguments, first after one interval', async () => {
    const clock = new VirtualClock();
    const tasks = new Tasks(clock, silentLog);
    const calls: [number, string][] = [];
    tasks.register((word: string) => void calls.push([clock.monotonic(), word]), 2, ['beat']);
    await clock.advance(6_000);
    expect(calls).toEqual([
      [2_000, 'beat'],
      [4_000, 'beat'],
      [6_000, 'beat'],
    ]);
  });

  it('A15: never overlaps itself: a 3.5 s body on a 1 s interval runs once at a time and keeps the rhythm', async () => {
    const clock = new VirtualClock();
    const tasks = new Tasks(clock, silentLog);
    const starts: number[] = [];
    let running = 0;
    let most = 0;
    const body = async (): Promise<void> => {
      starts.push(clock.monotonic());
      most = Math.max(most, ++running);
      await sleep(clock, 3_500);
      running--;
    };
    tasks.register(body, 1, []);
    await clock.advance(12_000);
    expect(most).toBe(1);
    expect(starts).toEqual([1_000, 5_000, 9_000]);
  });

  it('is logged and runs again when it throws or rejects', async () => {
    const clock = new VirtualClock();
    const log = recordingLog();
    const tasks = new Tasks(clock, log);
    let runs = 0;
    tasks.register(
      function unlucky() {
        runs++;
        throw new Error('no');
      },
      1,
      [],
    );
    tasks.register(() => Promise.reject(new Error('no')), 1, []);
    await clock.advance(3_000);
    expect(runs).toBe(3);
    expect(log.lines).toContain('loop-1 (unlucky) failed');
    expect(log.lines).toHaveLength(6);
  });

  it('can end itself, and ending it twice says false', async () => {
    const clock = new VirtualClock();
    const tasks = new Tasks(clock, silentLog);
    let runs = 0;
    const body = (): void => {
      if (++runs === 2) tasks.unregister(id);
    };
    const id = tasks.register(body, 1, []);
    await clock.advance(10_000);
    expect(runs).toBe(2);
    expect(tasks.unregister(id)).toBe(false);
  });

  it('names the argument that is wrong', () => {
    expect(() => LoopRunTask.register(() => null, 0)).toThrow(/intervalSeconds.*above 0, got 0/);
    expect(() => LoopRunTask.register(() => null, Number.NaN)).toThrow(RangeError);
    // @ts-expect-error what a JavaScript user may write
    expect(() => LoopRunTask.register('tick')).toThrow(/fn.*expected a function, got string/);
    expect(() => SingleTask.callLater(() => null, -1)).toThrow(/delaySeconds/);
  });
});

describe('a single task', () => {
  it('runs once, never synchronously, after its delay', async () => {
    const clock = new VirtualClock();
    const tasks = new Tasks(clock, silentLog);
    const seen: string[] = [];
    tasks.later((text: string) => void seen.push(`${text} ${clock.monotonic()}`), 0, ['now']);
    tasks.later((text: string) => void seen.push(`${text} ${clock.monotonic()}`), 1.5, ['later']);
    tasks.later(() => void seen.push('never'), 1, []).cancel();
    expect(seen).toEqual([]);
    await clock.advance(5_000);
    expect(seen).toEqual(['now 0', 'later 1500']);
  });

  it('runs on the real clock through SingleTask', async () => {
    const seen = await new Promise<string>((resolve) => {
      SingleTask.run((a: string, b: string) => resolve(a + b), 'a', 'b');
    });
    expect(seen).toBe('ab');
  });
});

it('stop ends every task for good', async () => {
  const clock = new VirtualClock();
  const tasks = new Tasks(clock, silentLog);
  let runs = 0;
  const count = (): number => ++runs;
  tasks.register(count, 1, []);
  tasks.later(count, 1, []);
  tasks.stop();
  tasks.register(count, 1, []);
  tasks.later(count, 0, []);
  await clock.advance(10_000);
  expect(runs).toBe(0);
});
