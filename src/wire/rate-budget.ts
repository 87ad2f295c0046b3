// Rate budgets: how many requests may still be sent, per IP and per account. One governor per limit, shared by the whole process.
// What a request costs, and which limits an exchange has, is in each exchange's limits.ts.

import type { Clock, Timer } from '../seam/clock.ts';
import { Deadlines, Limited } from './deadlines.ts';

/** Cancels never wait behind others: they have a reserve of their own. `spare`: what can wait; half of every window is left to the others. */
export type Priority = 'cancel' | 'order' | 'query' | 'spare';

/** All budgets of the process, by key (e.g. `host:weight`, `accessKey:orders`). */
export interface RateBudgets {
  get(
    key: string,
    limit: {
      readonly clock: Clock;
      readonly capacity: number;
      readonly windowMs: number;
      readonly aligned: boolean;
      readonly cancelReserve: number;
      /** Exchange clock minus ours, ms, as known by now: aligned windows follow the exchange's clock. Default 0. */
      readonly offset?: () => number;
    },
  ): RateBudget;
}

/** How long somebody waits for room. */
export interface Patience {
  /** ms; without it for as long as it takes. */
  readonly mostMs?: number;
  /** Ends the wait at once, whatever the time. */
  readonly signal?: AbortSignal | undefined;
}

export interface RateBudget {
  /** True and taken when `cost` fits now. */
  tryTake(cost: number, priority: Priority): boolean;
  /** Takes `cost`, whether it fits or not: for who has just found out by `hasRoom`. */
  spend(cost: number): void;
  /** Whether `tryTake` would take it now. */
  hasRoom(cost: number, priority: Priority): boolean;
  /** Whether there is room for it now, whoever waits: for those who had their `turn`. */
  fits(cost: number, priority: Priority): boolean;
  /**
   * Takes `cost` in order of priority, then of arrival, and resolves with 0. Or with how long it would have to wait still, ms, having taken nothing: as
   * soon as it is certain that the patience will not do, and no later than when it is over.
   */
  take(cost: number, priority: Priority, patience?: Patience): Promise<number>;
  /** As `take`, but nothing is taken: whoever is told 0 looks whether it `fits` and everything else does, and spends it. */
  turn(cost: number, priority: Priority, patience?: Patience): Promise<number>;
  /** The exchange says that `used` of the window is gone: the higher figure counts. */
  correct(used: number): void;
  /** Where the budget stands when a request leaves, its cost taken: for `replace`. */
  mark(): number;
  /**
   * The exchange counts `used` with the reply to a request that cost `cost` and left at `mark`. More than we thought counts. Less counts as far
   * as it is certain: what is under way, or was answered since, may be in the figure or not. Of an earlier window it says nothing. Aligned
   * windows only.
   */
  replace(used: number, mark: number, cost: number): void;
  /** The exchange says to keep away for this long. */
  blockFor(ms: number): void;
  /** ms until `cost` could be taken, those who wait with the same or a better right first; 0 when now. */
  waitTime(cost: number, priority: Priority): number;
  readonly used: number;
}

type Limit = Parameters<RateBudgets['get']>[1];

/** How much of the present window is gone, and when it will be given back. */
interface Window {
  used(): number;
  add(cost: number): void;
  /** Somebody else took it. */
  raise(cost: number): void;
  mark(): number;
  replace(used: number, mark: number, cost: number): void;
  /** ms until at least `amount` of what is used has been given back. */
  untilFreed(amount: number): number;
}

/** A window that starts anew at whole multiples of its length, as the exchange's own does (e.g. at second 00). */
class AlignedWindow implements Window {
  private readonly limit: Limit;
  private readonly offset: () => number;
  private index = 0;
  private count = 0;
  /** Of that, what was taken here and has had no reply. */
  private underWay = 0;
  /** All that ever had a reply, and one for each window begun, so that no place belongs to two windows. */
  private answered = 0;
  /** Where the present window began. */
  private beginning = 0;

  constructor(limit: Limit) {
    this.limit = limit;
    this.offset = limit.offset ?? (() => 0);
  }

  used(): number {
    const index = Math.floor((this.limit.clock.now() + this.offset()) / this.limit.windowMs);
    if (index !== this.index) {
      this.index = index;
      this.count = 0;
      this.underWay = 0;
      this.beginning = ++this.answered;
    }
    return this.count;
  }

  add(cost: number): void {
    this.count = this.used() + cost;
    this.underWay += cost;
  }

  raise(cost: number): void {
    this.count = this.used() + cost;
  }

  mark(): number {
    this.used();
    return this.answered;
  }

  replace(used: number, mark: number, cost: number): void {
    this.used();
    if (mark < this.beginning) return;
    this.underWay = Math.max(0, this.underWay - cost);
    const most = used + this.underWay + this.answered - mark;
    this.answered += cost;
    this.count = Math.max(used, Math.min(this.count, most));
  }

  untilFreed(amount: number): number {
    if (amount <= 0) return 0;
    const { clock, windowMs } = this.limit;
    return windowMs - ((clock.now() + this.offset()) % windowMs);
  }
}

/** A window that ends now: every cost is given back one window length after it was taken. */
class SlidingWindow implements Window {
  private readonly limit: Limit;
  private readonly taken: { readonly at: number; readonly cost: number }[] = [];
  private count = 0;

  constructor(limit: Limit) {
    this.limit = limit;
  }

  used(): number {
    const since = this.limit.clock.monotonic() - this.limit.windowMs;
    let gone = 0;
    for (const { at, cost } of this.taken) {
      if (at > since) break;
      this.count -= cost;
      gone++;
    }
    if (gone > 0) this.taken.splice(0, gone);
    return this.count;
  }

  add(cost: number): void {
    if (cost <= 0) return;
    this.taken.push({ at: this.limit.clock.monotonic(), cost });
    this.count += cost;
  }

  raise(cost: number): void {
    this.add(cost);
  }

  /** No exchange tells how much of such a window is used. */
  mark(): number {
    return 0;
  }

  replace(): void {}

  untilFreed(amount: number): number {
    let freed = 0;
    if (amount <= 0) return 0;
    for (const { at, cost } of this.taken) {
      freed += cost;
      if (freed >= amount) return Math.max(0, at + this.limit.windowMs - this.limit.clock.monotonic());
    }
    return this.limit.windowMs;
  }
}

interface Wanted {
  readonly cost: number;
  readonly priority: Priority;
  /** Whether the cost is taken when the turn comes. */
  readonly spends: boolean;
  readonly patience: Patience;
  readonly resolve: (waitMs: number) => void;
}

/** Somebody in a queue. */
class Waiting extends Limited {
  readonly wanted: Wanted;
  /** When the patience is over, monotonic. */
  readonly until: number;
  readonly expire: () => void;
  readonly abort: () => void;

  constructor(wanted: Wanted, until: number, governor: { late(one: Waiting): void; giveUp(one: Waiting): void }) {
    super();
    this.wanted = wanted;
    this.until = until;
    this.expire = () => governor.late(this);
    this.abort = () => governor.giveUp(this);
  }
}

const RANK: Readonly<Record<Priority, number>> = { cancel: 0, order: 1, query: 2, spare: 3 };

class Governor implements RateBudget {
  private readonly limit: Limit;
  private readonly window: Window;
  /** Best first. */
  private readonly queue: Waiting[] = [];
  private readonly patience: Deadlines;
  private timer: Timer | null = null;
  private blockedUntil = -Infinity;

  constructor(limit: Limit) {
    this.limit = limit;
    this.window = limit.aligned ? new AlignedWindow(limit) : new SlidingWindow(limit);
    this.patience = new Deadlines(limit.clock);
  }

  get used(): number {
    return this.window.used();
  }

  hasRoom(cost: number, priority: Priority): boolean {
    // Nobody overtakes those who wait with the same or a better right.
    const first = this.queue[0];
    if (first !== undefined && RANK[first.wanted.priority] <= RANK[priority]) return false;
    return this.fits(cost, priority);
  }

  fits(cost: number, priority: Priority): boolean {
    return this.waitBehind(0, cost, priority) === 0;
  }

  spend(cost: number): void {
    this.window.add(cost);
  }

  tryTake(cost: number, priority: Priority): boolean {
    if (!this.hasRoom(cost, priority)) return false;
    this.window.add(cost);
    return true;
  }

  take(cost: number, priority: Priority, patience: Patience = {}): Promise<number> {
    if (this.tryTake(cost, priority)) return Promise.resolve(0);
    return this.wait(cost, priority, patience, true);
  }

  turn(cost: number, priority: Priority, patience: Patience = {}): Promise<number> {
    if (this.hasRoom(cost, priority)) return Promise.resolve(0);
    return this.wait(cost, priority, patience, false);
  }

  private wait(cost: number, priority: Priority, patience: Patience, spends: boolean): Promise<number> {
    const { mostMs = Infinity, signal } = patience;
    const wait = this.waitTime(cost, priority);
    if (wait > mostMs || signal?.aborted === true) return Promise.resolve(atLeastOne(wait));
    return new Promise((resolve) => {
      const until = this.limit.clock.monotonic() + mostMs;
      const waiting = new Waiting({ cost, priority, spends, patience, resolve }, until, this);
      const behind = this.queue.findIndex(({ wanted }) => RANK[wanted.priority] > RANK[priority]);
      const place = behind < 0 ? this.queue.length : behind;
      this.queue.splice(place, 0, waiting);
      if (mostMs < Infinity) this.patience.add(waiting, mostMs);
      signal?.addEventListener('abort', waiting.abort);
      // For those who wait behind somebody the timer is set already.
      if (place === 0) this.arm();
    });
  }

  /** Its patience is over, unless there is room at this very moment. */
  late(waiting: Waiting): void {
    this.drain();
    this.giveUp(waiting);
  }

  giveUp(...late: readonly Waiting[]): void {
    const left = late.filter((waiting) => this.leave(waiting));
    if (left.length === 0) return;
    // Those behind them may fit.
    this.drain();
    for (const { wanted } of left) wanted.resolve(atLeastOne(this.waitTime(wanted.cost, wanted.priority)));
  }

  /** False: it was gone already. */
  private leave(waiting: Waiting): boolean {
    const place = this.queue.indexOf(waiting);
    if (place < 0) return false;
    this.queue.splice(place, 1);
    this.patience.delete(waiting);
    waiting.wanted.patience.signal?.removeEventListener('abort', waiting.abort);
    return true;
  }

  correct(used: number): void {
    const more = used - this.window.used();
    if (more > 0) this.window.raise(more);
  }

  mark(): number {
    return this.window.mark();
  }

  replace(used: number, mark: number, cost: number): void {
    this.window.replace(used, mark, cost);
    if (this.queue.length > 0) this.drain();
  }

  blockFor(ms: number): void {
    this.blockedUntil = Math.max(this.blockedUntil, this.limit.clock.monotonic() + ms);
    this.giveUp(...this.queue.filter(({ until }) => until < this.blockedUntil));
    this.arm();
  }

  waitTime(cost: number, priority: Priority): number {
    let ahead = 0;
    for (const { wanted } of this.queue) if (RANK[wanted.priority] <= RANK[priority]) ahead += wanted.cost;
    return this.waitBehind(ahead, cost, priority);
  }

  /** @param ahead what those who come first will take */
  private waitBehind(ahead: number, cost: number, priority: Priority): number {
    const used = this.window.used();
    const room = this.roomFor(priority);
    // A cost above the whole budget goes out when the window is fresh; otherwise it would wait for ever.
    const wanted = ahead + Math.min(cost, room);
    const over = used + wanted - room;
    // The clock is asked only when there is something to wait for: this is on every order's way out, several times.
    const blocked = this.blockedUntil === -Infinity ? 0 : Math.max(0, this.blockedUntil - this.limit.clock.monotonic());
    if (over <= 0) return blocked;
    // What does not fit into one window takes further ones.
    const windows = Math.max(0, Math.ceil(wanted / room) - 1);
    return Math.max(blocked, 1, this.window.untilFreed(Math.min(over, used)) + windows * this.limit.windowMs);
  }

  /** How much of a window the priority may use. */
  private roomFor(priority: Priority): number {
    const { capacity, cancelReserve } = this.limit;
    switch (priority) {
      case 'cancel':
        return capacity;
      case 'spare':
        return Math.min(capacity - cancelReserve, Math.ceil(capacity / 2));
      default:
        return capacity - cancelReserve;
    }
  }

  /** Lets those go that may, in their order, and wakes up again when the next one might. */
  private drain(): void {
    // What those will take whose turn it is; whether they do is looked at a moment later.
    let promised = 0;
    for (let first = this.queue[0]; first !== undefined; first = this.queue[0]) {
      const { cost, priority, spends, resolve } = first.wanted;
      if (this.waitBehind(promised, cost, priority) > 0) break;
      this.leave(first);
      if (spends) this.window.add(cost);
      else promised += cost;
      resolve(0);
    }
    this.arm();
  }

  private arm(): void {
    this.timer?.cancel();
    this.timer = null;
    const first = this.queue[0]?.wanted;
    if (first === undefined) return;
    this.timer = this.limit.clock.after(Math.ceil(this.waitBehind(0, first.cost, first.priority)), () => {
      this.timer = null;
      this.drain();
    });
  }
}

/** Whole ms: 0 would say that it was taken. */
function atLeastOne(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs));
}

export function createRateBudgets(): RateBudgets {
  const budgets = new Map<string, RateBudget>();
  return {
    get(key, limit) {
      let budget = budgets.get(key);
      if (budget === undefined) {
        budget = new Governor(limit);
        budgets.set(key, budget);
      }
      return budget;
    },
  };
}
