// What a supervisor does with every way a child can end - on a virtual clock, with a stand-in for the process and the exchange.
import { describe, expect, it } from 'vitest';
import { DEFAULT_UNFINISHED_ORDERS, type RevokeReceipt } from '../../src/domain/unfinished-orders.ts';
import type { SweepResult, SweepTask } from '../../src/runtime/clean-up.ts';
import { writePlace, type ChildMessage } from '../../src/runtime/lease.ts';
import type { TradingPlace } from '../../src/domain/live-trade.ts';
import {
  Supervisor,
  type ChildExit,
  type SupervisedChild,
  type SupervisorParts,
} from '../../src/runtime/supervisor.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { sleep } from '../../src/seam/clock.ts';
import { silentLog } from '../../src/seam/log.ts';
import { KEPT_OR_NOT, receiptOf, samplePlace } from '../support/participant.ts';

class FakeChild implements SupervisedChild {
  readonly pid = 4711;
  readonly diary: string[] = [];
  readonly exited: Promise<ChildExit>;
  private listener: (message: ChildMessage) => void = () => {};
  private settle: (exit: ChildExit) => void = () => {};
  onStop: () => void = () => {};

  constructor() {
    this.exited = new Promise((resolve) => {
      this.settle = resolve;
    });
  }
  onMessage(listener: (message: ChildMessage) => void): void {
    this.listener = listener;
  }
  say(...messages: ChildMessage[]): void {
    for (const message of messages) this.listener(message);
  }
  stop(reason: string): void {
    this.diary.push(`stop: ${reason}`);
    this.onStop();
  }
  kill(): void {
    this.diary.push('kill');
    this.exit({ code: null, signal: 'SIGKILL' });
  }
  exit(exit: ChildExit): void {
    this.settle(exit);
  }
}

const STARTED: ChildMessage = { type: 'started' };
const CLEAN: ChildMessage = { type: 'stopped', ending: 'stop', confirmed: true };
const CRASHED: ChildMessage = { type: 'stopped', ending: 'failure', confirmed: true };

function rehearse(part: Partial<SupervisorParts> & { readonly clock?: VirtualClock } = {}): {
  clock: VirtualClock;
  children: FakeChild[];
  sweeps: string[];
  supervisor: Supervisor;
  ended: Promise<number>;
} {
  const clock = part.clock ?? new VirtualClock();
  const children: FakeChild[] = [];
  const sweeps: string[] = [];
  const supervisor = new Supervisor({
    spawn: () => {
      const child = new FakeChild();
      children.push(child);
      return child;
    },
    clock,
    log: silentLog,
    sweep: (place, { trigger }) => {
      sweeps.push(`${trigger} ${place.account} ${place.symbol}`);
      return Promise.resolve({ receipt: receiptOf(place, { trigger }), arrivesWithinMs: 0 });
    },
    record: () => Promise.resolve(),
    leaseMs: 10_000,
    restart: 'on-crash',
    maxRestarts: 3,
    stopLimitMs: 35_000,
    ...part,
  });
  return { clock, children, sweeps, supervisor, ended: supervisor.run() };
}

const place = (part: Partial<TradingPlace> = {}): ChildMessage => writePlace({ ...samplePlace, ...part });

describe('a child that dies', () => {
  it('killed from outside: every account and symbol is revoked, then it is started anew', async () => {
    const { clock, children, sweeps } = rehearse();
    children[0]!.say(place(), place({ symbol: 'BTC/USDT' }), place(), STARTED);
    children[0]!.exit({ code: null, signal: 'SIGKILL' });
    await clock.advance(999);
    expect(sweeps).toEqual(['crash a@x.test EOS/USDT', 'crash a@x.test BTC/USDT']);
    expect(children).toHaveLength(1);
    await clock.advance(1);
    expect(children).toHaveLength(2);
  });

  it('of two accounts that go by one name both are revoked', async () => {
    const { clock, children, sweeps } = rehearse();
    children[0]!.say(place(), place({ accessKey: 'another key' }), STARTED);
    children[0]!.exit({ code: null, signal: 'SIGKILL' });
    await clock.advance(1_000);
    expect(sweeps).toEqual(['crash a@x.test EOS/USDT', 'crash a@x.test EOS/USDT']);
  });

  it('frozen: it is killed before anything is said or revoked', async () => {
    const said: string[] = [];
    const log = {
      ...silentLog,
      error: (message: string) => void said.push(`${children[0]!.diary.join()}: ${message}`),
    };
    const { clock, children, sweeps } = rehearse({ restart: 'never', log });
    const [child] = children;
    child!.say(place(), STARTED);
    await clock.advance(9_000);
    child!.say({ type: 'beat' });
    await clock.advance(9_000);
    expect(child!.diary).toEqual([]);
    await clock.advance(4_000);
    expect(child!.diary).toEqual(['kill']);
    expect(said[0]).toMatch(/^kill: no sign of life/);
    expect(sweeps).toHaveLength(1);
  });

  it('or cannot be started, for want of memory: what an earlier one left is looked after, and it is tried again', async () => {
    const children: FakeChild[] = [];
    let attempts = 0;
    let sweeps = 0;
    const { clock } = rehearse({
      spawn: () => {
        if (++attempts === 2) throw new Error('spawn ENOMEM');
        const child = new FakeChild();
        children.push(child);
        return child;
      },
      sweep: (at, { trigger }) => {
        const receipt = receiptOf(at, { trigger });
        const failed = { ...receipt, confirmedAt: null, error: 'no answer' };
        return Promise.resolve({ receipt: ++sweeps < 3 ? failed : receipt, arrivesWithinMs: 0 });
      },
    });
    children[0]!.say(place(), STARTED);
    children[0]!.exit({ code: null, signal: 'SIGABRT' });
    await clock.advance(1_000);
    expect(attempts).toBe(2);
    await clock.advance(10_000);
    expect([attempts, children.length, sweeps]).toEqual([3, 2, 3]);
  });

  it('of Ctrl-C while it is being loaded was stopped, and has not crashed; later it has', async () => {
    const errors: string[] = [];
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    // The terminal's copy may reach it before the supervisor has seen its own.
    const { clock, children, ended } = rehearse({ log });
    children[0]!.exit({ code: null, signal: 'SIGINT' });
    await clock.advance(1);
    expect([await ended, errors]).toEqual([0, []]);
    const other = rehearse({ log, restart: 'never' });
    other.children[0]!.say(place(), STARTED);
    other.children[0]!.exit({ code: null, signal: 'SIGINT' });
    await other.clock.advance(1);
    expect([await other.ended, other.sweeps.length]).toEqual([1, 1]);
  });

  it('that never shows a sign of life is killed after the time for starting', async () => {
    const { clock, children } = rehearse({ restart: 'never' });
    await clock.advance(31_000);
    expect(children[0]!.diary).toEqual(['kill']);
  });

  it('again and again: back-off grows, and after the last restart the supervisor gives up with status 1', async () => {
    const { clock, children, ended } = rehearse();
    const born: number[] = [];
    for (let life = 0; life < 4; life++) {
      await clock.runUntil(() => children.length > life);
      born.push(clock.monotonic());
      children[life]!.say(STARTED);
      children[life]!.exit({ code: 134, signal: null });
    }
    expect(await clock.runFor(ended)).toBe(1);
    expect(born).toEqual([0, 1_000, 3_000, 7_000]);
    expect(children).toHaveLength(4);
  });

  it('after it revoked by itself (an uncaught error): nothing is swept twice, and it is started anew', async () => {
    const { clock, children, sweeps } = rehearse();
    children[0]!.say(place(), STARTED, CRASHED);
    children[0]!.exit({ code: 1, signal: null });
    await clock.advance(1_000);
    expect(sweeps).toEqual([]);
    expect(children).toHaveLength(2);
  });

  it('before it ever ran is not started again', async () => {
    const { clock, children, ended } = rehearse();
    children[0]!.say({ type: 'beat' }, CRASHED);
    children[0]!.exit({ code: 1, signal: null });
    expect(await clock.runFor(ended)).toBe(1);
    expect(children).toHaveLength(1);
  });

  it('whose policy keeps orders at a crash: they are kept', async () => {
    const { clock, children, sweeps } = rehearse();
    children[0]!.say(place({ unfinishedOrders: { ...DEFAULT_UNFINISHED_ORDERS, crash: 'keep' } }));
    children[0]!.exit({ code: null, signal: 'SIGKILL' });
    await clock.advance(2_000);
    expect(sweeps).toEqual([]);
    expect(children).toHaveLength(2);
  });

  it('for the last time while the exchange cannot be reached: tried until it is confirmed', async () => {
    let tries = 0;
    const sweep = (where: TradingPlace): Promise<SweepResult> => {
      const receipt = receiptOf(where, ++tries < 6 ? { left: ['1'], error: 'no route' } : { revoked: ['1'] });
      return Promise.resolve({ receipt, arrivesWithinMs: 0 });
    };
    const { clock, children, supervisor, ended } = rehearse({ restart: 'never', sweep });
    children[0]!.say(place());
    children[0]!.exit({ code: null, signal: 'SIGKILL' });
    await clock.advance(1);
    expect(supervisor.left).toEqual(['a@x.test EOS/USDT 1']);
    expect(await clock.runFor(ended)).toBe(1);
    expect(tries).toBe(6);
    expect(supervisor.left).toEqual([]);
  });
});

describe('a child that stops', () => {
  it('as asked: its status is the status', async () => {
    const { clock, children, sweeps, supervisor, ended } = rehearse();
    const [child] = children;
    child!.say(place(), STARTED);
    child!.onStop = () => {
      child!.say(CLEAN);
      child!.exit({ code: 0, signal: null });
    };
    supervisor.stop('SIGTERM');
    supervisor.stop('SIGTERM');
    expect(await clock.runFor(ended)).toBe(0);
    expect(child!.diary).toEqual(['stop: SIGTERM']);
    expect(sweeps).toEqual([]);
  });

  it('by itself is not started again; a refused configuration passes its status on', async () => {
    const { clock, children, ended } = rehearse();
    children[0]!.say(CLEAN);
    children[0]!.exit({ code: 2, signal: null });
    expect(await clock.runFor(ended)).toBe(2);
    expect(children).toHaveLength(1);
  });

  it('with something left: the supervisor revokes it', async () => {
    const { clock, children, sweeps, ended } = rehearse();
    children[0]!.say(place(), { type: 'stopped', ending: 'stop', confirmed: false });
    children[0]!.exit({ code: 1, signal: null });
    expect(await clock.runFor(ended)).toBe(0);
    expect(sweeps).toEqual(['stop a@x.test EOS/USDT']);
  });

  it('with something left, and was used wrongly: it is revoked, and the status stays 2', async () => {
    const { clock, children, sweeps, ended } = rehearse();
    children[0]!.say(place(), { type: 'stopped', ending: 'failure', confirmed: false });
    children[0]!.exit({ code: 2, signal: null });
    expect(await clock.runFor(ended)).toBe(2);
    expect(sweeps).toEqual(['crash a@x.test EOS/USDT']);
    expect(children).toHaveLength(1);
  });

  it.each(KEPT_OR_NOT)('after an error, and could not confirm its revoke, with %j: %s', async (policy, expected) => {
    const { clock, children, sweeps } = rehearse({ restart: 'never' });
    const unfinishedOrders = { ...DEFAULT_UNFINISHED_ORDERS, ...policy };
    children[0]!.say(place({ unfinishedOrders }), STARTED, { type: 'stopped', ending: 'failure', confirmed: false });
    children[0]!.exit({ code: 1, signal: null });
    await clock.advance(1);
    expect(sweeps).toEqual(expected === 'revoked' ? ['crash a@x.test EOS/USDT'] : []);
  });

  it('not within the limit is killed, and its orders revoked', async () => {
    const said: string[] = [];
    const log = { ...silentLog, error: (message: string) => void said.push(message) };
    const { clock, children, sweeps, supervisor, ended } = rehearse({ log });
    children[0]!.say(place(), STARTED);
    // Its event loop turns all the time: it is not the lease that ends it.
    const beat = (): void => {
      children[0]!.say({ type: 'beat' });
      clock.after(1_000, beat);
    };
    beat();
    supervisor.stop('SIGTERM');
    await clock.advance(34_999);
    expect(children[0]!.diary).toEqual(['stop: SIGTERM']);
    await clock.advance(1);
    expect(children[0]!.diary).toEqual(['stop: SIGTERM', 'kill']);
    expect(said).toContain('the strategy died: it did not stop within 35 s');
    expect(await clock.runFor(ended)).toBe(1);
    expect(sweeps).toHaveLength(1);
  });

  it('during back-off ends the wait at once', async () => {
    const { clock, children, supervisor, ended } = rehearse();
    children[0]!.exit({ code: null, signal: 'SIGSEGV' });
    await clock.advance(500);
    supervisor.stop('SIGINT');
    expect(await clock.runFor(ended)).toBe(1);
    expect(children).toHaveLength(1);
  });
});

describe('what a dead child left', () => {
  interface Sweeps {
    readonly sweep: SupervisorParts['sweep'];
    /** When each was asked for, and what of: `madeBefore` as the virtual time since the start. */
    readonly asked: { at: number; madeBefore: number | null }[];
    isReachable: boolean;
  }

  /** @param arrivesWithinMs of each result; @param takesMs until a sweep answers */
  function sweeping(clock: VirtualClock, arrivesWithinMs = 0, takesMs = 0): Sweeps {
    const began = clock.now();
    const sweeps: Sweeps = {
      asked: [],
      isReachable: true,
      sweep: async (where: TradingPlace, { madeBefore }: SweepTask) => {
        sweeps.asked.push({ at: clock.monotonic(), madeBefore: madeBefore === null ? null : madeBefore - began });
        const part: Partial<RevokeReceipt> = sweeps.isReachable ? {} : { error: 'no route', confirmedAt: null };
        if (takesMs > 0) await sleep(clock, takesMs);
        return { receipt: receiptOf(where, part), arrivesWithinMs };
      },
    };
    return sweeps;
  }

  const die = (child: FakeChild | undefined): void => child?.exit({ code: null, signal: 'SIGKILL' });

  it('is not forgotten while the exchange cannot be reached: it is swept beside the next life, which is left alone', async () => {
    const clock = new VirtualClock();
    const sweeps = sweeping(clock);
    sweeps.isReachable = false;
    const { children, supervisor } = rehearse({ clock, sweep: sweeps.sweep });
    children[0]!.say(place(), STARTED);
    die(children[0]);
    await clock.advance(1_000);
    expect(children).toHaveLength(2);
    children[1]!.say(place(), STARTED);
    await clock.advance(5_000);
    children[1]!.say({ type: 'beat' });
    sweeps.isReachable = true;
    await clock.advance(8_000);
    const count = sweeps.asked.length;
    expect(count).toBeGreaterThan(2);
    expect(sweeps.asked[0]).toEqual({ at: 0, madeBefore: null });
    expect(sweeps.asked.slice(1).map(({ madeBefore }) => madeBefore)).toEqual(Array(count - 1).fill(1_000));
    children[1]!.say({ type: 'beat' });
    // Confirmed once: that is all.
    await clock.advance(9_000);
    expect(sweeps.asked).toHaveLength(count);
    expect(supervisor.left).toEqual([]);
  });

  it.each([
    ['fails before it trades', (child: FakeChild) => child.say({ type: 'beat' }, CRASHED)],
    ['refuses its configuration', (child: FakeChild) => child.say({ type: 'beat' }, CLEAN)],
  ])('is insisted on before the end when the next life %s', async (_how, farewell) => {
    const clock = new VirtualClock();
    const sweeps = sweeping(clock);
    sweeps.isReachable = false;
    const { children, ended } = rehearse({ clock, sweep: sweeps.sweep });
    children[0]!.say(place(), STARTED);
    die(children[0]);
    await clock.advance(1_000);
    farewell(children[1]!);
    children[1]!.exit({ code: 1, signal: null });
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    await clock.advance(300_000);
    expect(sweeps.asked.length).toBeGreaterThan(5);
    expect(hasEnded).toBe(false);
    sweeps.isReachable = true;
    expect(await clock.runFor(ended, 100_000)).toBe(1);
  });

  it('is looked for until no request of the dead can arrive any more, while the next life trades', async () => {
    const clock = new VirtualClock();
    const sweeps = sweeping(clock, 5_000);
    const { children } = rehearse({ clock, sweep: sweeps.sweep });
    children[0]!.say(place(), STARTED);
    die(children[0]);
    await clock.advance(1_000);
    expect(children).toHaveLength(2);
    await clock.advance(20_000);
    expect(sweeps.asked.at(0)).toEqual({ at: 0, madeBefore: null });
    // A second more than the exchange says: our idea of its clock is not exact.
    expect(sweeps.asked.at(-1)).toEqual({ at: 6_000, madeBefore: 1_000 });
  });

  it('and never started again: the supervisor stays until nothing can arrive any more', async () => {
    const clock = new VirtualClock();
    const sweeps = sweeping(clock, 5_000);
    const { children, supervisor, ended } = rehearse({ clock, sweep: sweeps.sweep, restart: 'never' });
    children[0]!.say(place(), STARTED);
    die(children[0]);
    await clock.advance(2_000);
    supervisor.stop('SIGTERM');
    expect(await clock.runFor(ended)).toBe(1);
    expect(clock.monotonic()).toBe(6_000);
    expect(sweeps.asked.at(-1)).toEqual({ at: 6_000, madeBefore: null });
  });

  it('no life begins while a sweep is under way that does not know of it', async () => {
    const clock = new VirtualClock();
    const sweeps = sweeping(clock, 0, 300);
    sweeps.isReachable = false;
    const { children } = rehearse({ clock, sweep: sweeps.sweep, maxRestarts: 9 });
    for (let life = 0; life < 5; life++) {
      await clock.runUntil(() => children.length > life);
      children[life]!.say(place(), STARTED);
      die(children[life]);
    }
    const died = clock.monotonic();
    await clock.runUntil(() => children.length > 5);
    const swept = sweeps.asked.map(({ at, madeBefore }) => ({ at: at - died, madeBefore })).filter(({ at }) => at >= 0);
    // The wait for the next life was over after 16.3 s, in the middle of the last of them.
    expect(swept).toEqual([0, 1_300, 3_600, 7_900, 16_200].map((at) => ({ at, madeBefore: null })));
    expect(clock.monotonic() - died).toBe(16_500);
  });

  it('no life begins when the supervisor is told to stop while such a sweep ends', async () => {
    const clock = new VirtualClock();
    const sweeps = sweeping(clock, 0, 300);
    sweeps.isReachable = false;
    const { children, supervisor, ended } = rehearse({ clock, sweep: sweeps.sweep, maxRestarts: 9 });
    for (let life = 0; life < 5; life++) {
      await clock.runUntil(() => children.length > life);
      children[life]!.say(place(), STARTED);
      die(children[life]);
    }
    await clock.advance(16_400);
    supervisor.stop('SIGTERM');
    sweeps.isReachable = true;
    expect(await clock.runFor(ended)).toBe(1);
    expect(children).toHaveLength(5);
  });

  it('cannot be confirmed although the supervisor was told to stop: said with status 1, after another attempt', async () => {
    const clock = new VirtualClock();
    const sweeps = sweeping(clock);
    sweeps.isReachable = false;
    const { children, supervisor, ended } = rehearse({ clock, sweep: sweeps.sweep, restart: 'never' });
    children[0]!.say(place(), STARTED);
    die(children[0]);
    await clock.advance(100_000);
    const before = sweeps.asked.length;
    supervisor.stop('SIGTERM');
    expect(await clock.runFor(ended)).toBe(1);
    expect(sweeps.asked).toHaveLength(before + 1);
  });
});
