// Drives a reconcile: asks what reconcile.ts says, again and again until everything is answered, merges, then lets the held pushes in.
// Runs at the start, after every break of the stream, and slowly in between. A break in the middle means starting over.

import { Decimal } from '../domain/decimal.ts';
import type { TradeError } from '../domain/errors.ts';
import type { OrderReport } from '../domain/order-report.ts';
import type { QueryOutcome } from '../exchanges/exchange.ts';
import type { Clock, Timer } from '../seam/clock.ts';
import type { Connection } from './connection.ts';
import type { OrderManager } from './order-manager.ts';
import { Pauses } from './pauses.ts';
import { nameOf, reconcile, type Answers, type Question, type View } from './reconcile.ts';
import { named } from './report-meaning.ts';
import { byTime } from './sort-reports.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** `first`: nothing has been loaded yet. `gap`: the stream was broken. `routine`: all looks well. */
export type ReconcileKind = 'first' | 'gap' | 'routine';

interface ReconcilerParts {
  readonly clock: Clock;
  readonly manager: OrderManager;
  readonly connection: () => Connection | null;
  readonly reconcileEvery: number;
  readonly background: (work: Promise<unknown>) => void;
  /** The view equals the exchange's as of `provenAt` (our clock), but for `unknown`. */
  readonly onDone: (kind: ReconcileKind, provenAt: number, unknown: readonly TrackedOrder[]) => void;
  /** A question got no answer and will be asked again. Returns false when that is hopeless. */
  readonly onTrouble: (error: TradeError) => boolean;
}

const PAUSES = [250, 500, 1_000, 2_000, 4_000, 8_000] as const;
const LAST_PAUSE_MS = 8_000;
/** Clocks differ, and a stream may be dead before it is noticed: fills are asked for from a little before the last proof. */
const MARGIN_MS = 10_000;
/** Pushes are held back until the answers are merged, but not for longer than this when the exchange answers slowly. */
const LONGEST_HOLD_MS = 5_000;

interface Mutable {
  openOrders: readonly OrderReport[] | null;
  fillsSince: readonly OrderReport[] | null;
  readonly orders: Map<string, Exclude<QueryOutcome, { readonly outcome: 'no-answer' }>>;
  readonly fillsOf: Map<string, readonly OrderReport[]>;
}

/** A moment by our clock and, as far as was known then, by the exchange's. */
interface Moment {
  readonly here: number;
  readonly there: number;
}

/** The moment in exchange time. When one of the clocks was set since (a machine that slept), the earlier reading misses nothing. */
function earliest({ here, there }: Moment, offset: number): number {
  return Math.min(here + offset, there);
}

/** How much these fills filled of each order, by order id. */
function filledBy(reports: readonly OrderReport[]): ReadonlyMap<string, Decimal> {
  const filled = new Map<string, Decimal>();
  const seen = new Set<string>();
  for (const { orderId, fill } of reports) {
    if (orderId === null || fill === null || seen.has(`${orderId}/${fill.tradeId}`)) continue;
    seen.add(`${orderId}/${fill.tradeId}`);
    filled.set(orderId, (filled.get(orderId) ?? Decimal.ZERO).add(fill.quantity));
  }
  return filled;
}

export class Reconciler {
  private readonly parts: ReconcilerParts;
  /** Counts runs: an older run that comes back from an await sees that it is over. */
  private run = 0;
  private running: ReconcileKind | null = null;
  private live = false;
  private held: { readonly reports: readonly OrderReport[]; readonly receivedAt: number }[] | null = [];
  private timer: Timer | null = null;
  private proof: Moment | null = null;
  /** When the stream first lived, in the exchange's time. */
  private firstLiveAt: number | null = null;
  private firstProof: Moment | null = null;
  private lookBack: number | null = null;
  private readonly pauses: Pauses;
  private stopped = false;

  constructor(parts: ReconcilerParts) {
    this.parts = parts;
    this.pauses = new Pauses(parts.clock);
  }

  /** An earlier process had proven its view as of then (our clock, ms): the first load begins there. */
  lookBackTo(time: number): void {
    this.lookBack = time;
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** When the view was last proven equal to the exchange's (our clock, ms). */
  get lastProof(): number | null {
    return this.proof?.here ?? null;
  }

  /**
   * From when on (the exchange's time, ms) what others' orders did may be news: from where an earlier process left off, as whatever it told since is
   * remembered; without one from the first load on, for what had ended by then was that one's business.
   * @param offset exchange clock minus ours, ms
   */
  newsFrom(offset: number): number {
    if (this.lookBack !== null) return this.lookBack - MARGIN_MS + offset;
    return this.firstProof === null ? -Infinity : earliest(this.firstProof, offset);
  }

  /** Pushes: held while the answers of a start or a gap are not in, else merged at once. */
  onReports(reports: readonly OrderReport[], receivedAt: number): void {
    if (this.stopped) return;
    if (this.held === null) this.parts.manager.apply(reports, receivedAt);
    else this.held.push({ reports, receivedAt });
  }

  onLive(): void {
    if (this.stopped) return;
    this.live = true;
    this.held ??= [];
    const { clock, connection } = this.parts;
    this.firstLiveAt ??= clock.now() + (connection()?.account.clockOffset() ?? 0);
    this.start(this.proof === null ? 'first' : 'gap');
  }

  onBroken(): void {
    this.live = false;
    this.run++;
    this.running = null;
    this.timer?.cancel();
    // What came in is knowledge all the same; before the first load it waits for it.
    if (this.proof !== null) this.release();
  }

  stop(): void {
    this.stopped = true;
    this.onBroken();
    this.pauses.end();
  }

  private start(kind: ReconcileKind): void {
    const run = ++this.run;
    this.running = kind;
    this.timer?.cancel();
    if (kind === 'gap') {
      this.timer = this.parts.clock.after(LONGEST_HOLD_MS, () => {
        if (run === this.run) this.release();
      });
    }
    this.parts.background(this.untilDone(kind, run));
  }

  /** A defect on the way is reported, and must not end all comparing. */
  private async untilDone(kind: ReconcileKind, run: number): Promise<void> {
    const work = this.work(kind, run);
    this.parts.background(work);
    try {
      await work;
    } catch {
      await this.pauses.pause(LAST_PAUSE_MS);
      if (run === this.run && !this.stopped) this.start(kind);
    }
  }

  private alive(): TrackedOrder[] {
    const { tracker } = this.parts.manager;
    return [...tracker.open.values(), ...tracker.revivable()];
  }

  /** @param among only these orders */
  private view(kind: ReconcileKind, offset: number, among: ReadonlySet<TrackedOrder>): View {
    const orders = this.alive()
      .filter((order) => among.has(order))
      .map((order) => ({
        state: order.state,
        isSending: order.phase === 'sending',
        silent: order.silent.add(order.unexplainable),
      }));
    if (kind === 'first' || this.proof === null) {
      return { orders, fillsSince: this.lookBack === null ? null : this.newsFrom(offset) };
    }
    return { orders, fillsSince: Math.max(earliest(this.proof, offset) - MARGIN_MS, this.newsFrom(offset)) };
  }

  private async work(kind: ReconcileKind, run: number): Promise<void> {
    const { clock, manager, connection, onTrouble, onDone } = this.parts;
    const askedAt = clock.now();
    const asked: Moment = { here: askedAt, there: askedAt + (connection()?.account.clockOffset() ?? 0) };
    const answers: Mutable = { openOrders: null, fillsSince: null, orders: new Map(), fillsOf: new Map() };
    // Orders that come up while this goes on are told by the stream, and the next comparison's business: where many come, it would never end.
    const among = new Set(this.alive());
    let failures = 0;
    for (;;) {
      const at = connection();
      if (at === null) return;
      const view = this.view(kind, at.account.clockOffset(), among);
      const { questions, unknown } = reconcile(view, answers);
      if (questions.length === 0) {
        this.finish(kind, answers, view.fillsSince);
        // A callback may have closed the Trade.
        if (run !== this.run) return;
        this.proof = asked;
        this.firstProof ??= asked;
        this.running = null;
        const lost = unknown.map((ref) => manager.tracker.find(ref)).filter((order) => order !== null);
        manager.tracker.retire(clock.monotonic());
        this.plan();
        onDone(kind, askedAt, lost);
        return;
      }
      // From when it is told: the other questions may wait out the same ban before they are answered.
      let quietUntil = -Infinity;
      const errors = await Promise.all(
        questions.map(async (question) => {
          const problem = await this.ask(question, at, answers);
          quietUntil = Math.max(quietUntil, clock.monotonic() + (problem?.retryAfter ?? 0));
          return problem;
        }),
      );
      if (run !== this.run) return;
      const error = errors.find((found) => found !== null) ?? null;
      if (error === null) {
        failures = 0;
        continue;
      }
      if (!onTrouble(error)) return;
      // A routine check that gets no answer is simply repeated later.
      if (kind === 'routine' && failures >= PAUSES.length) {
        this.running = null;
        this.plan();
        return;
      }
      const pause = PAUSES[Math.min(failures++, PAUSES.length - 1)] ?? LAST_PAUSE_MS;
      await this.pauses.pause(Math.max(pause, quietUntil - clock.monotonic()));
      if (run !== this.run) return;
    }
  }

  /** Puts the answer where it belongs; returns the error when there was none. */
  private async ask(
    question: Question,
    { account, instrument }: Connection,
    answers: Mutable,
  ): Promise<TradeError | null> {
    switch (question.ask) {
      case 'open-orders': {
        const [reports, error] = await account.trading.openOrders(instrument);
        answers.openOrders = reports;
        return error;
      }
      case 'fills-since': {
        const [reports, error] = await account.trading.fills(instrument, { since: question.since });
        answers.fillsSince = reports;
        return error;
      }
      case 'order': {
        const answer = await account.trading.query(instrument, question.ref);
        if (answer.outcome === 'no-answer') return answer.error;
        const { ref, name } = question;
        answers.orders.set(
          name,
          answer.outcome === 'found' ? { ...answer, reports: named(ref, answer.reports) } : answer,
        );
        return null;
      }
      case 'fills-of': {
        const { ref, placedAt, name } = question;
        const [reports, error] = await account.trading.fills(instrument, { ref, placedAt });
        if (reports !== null) answers.fillsOf.set(name, named(ref, reports));
        return error;
      }
    }
  }

  /**
   * Fills from before this process was live are taken where their order is known by now: remembered, listed or asked for. Any other is of an order
   * that an earlier process has told. But the exchange cannot have a fill of an order and no such order: one that it denies is taken in, and asked
   * for until it says what became of it. Unless it says whose it is: a list may have the fills of all the user's accounts (htx.md 5.16).
   */
  private ours(fills: readonly OrderReport[], orders: Answers['orders']): readonly OrderReport[] {
    const { tracker } = this.parts.manager;
    const since = this.firstLiveAt ?? 0;
    return fills.filter((report) => {
      const answer = orders.get(nameOf(report));
      const isDenied = answer?.outcome === 'not-found';
      if (isDenied && answer.isOthers === true) return false;
      return (report.fill?.time ?? 0) >= since || tracker.find(report) !== null || isDenied;
    });
  }

  /** Merges all answers, oldest first, then what was held back. */
  private finish(kind: ReconcileKind, answers: Answers, since: number | null): void {
    const { manager, clock } = this.parts;
    const now = clock.monotonic();
    if (kind === 'first') manager.firstLoad = { since, filledSince: filledBy(answers.fillsSince ?? []) };
    manager.together(() => {
      // Terms and totals before fills: a fill of an order whose side is not known could not be told.
      manager.apply(byTime(answers.openOrders ?? []), now);
      for (const answer of answers.orders.values()) {
        if (answer.outcome === 'found') manager.apply(byTime(answer.reports), now);
      }
      manager.apply(
        byTime([...this.ours(answers.fillsSince ?? [], answers.orders), ...[...answers.fillsOf.values()].flat()]),
        now,
      );
    });
    manager.firstLoad = null;
    for (const name of answers.fillsOf.keys()) {
      const order = manager.tracker.find({ orderId: name, clientOrderId: null });
      if (order !== null) manager.fillsAnswered(order);
    }
    this.release();
  }

  private release(): void {
    const { held } = this;
    if (held === null) return;
    this.held = null;
    for (const { reports, receivedAt } of held) this.parts.manager.apply(reports, receivedAt);
  }

  private plan(): void {
    this.timer?.cancel();
    if (this.stopped || !this.live) return;
    this.timer = this.parts.clock.after(this.parts.reconcileEvery, () => {
      if (this.live && this.running === null) this.start('routine');
    });
  }
}
