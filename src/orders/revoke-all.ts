// Revoking everything, confirmed: cancel, then ask for the open orders, and repeat until the exchange itself says that none is left -
// orders that were on their way while we revoked are caught too. Ends with a receipt. What one order became is revoke.ts's part.

import { counted } from '../domain/counted.ts';
import { TradeError, type RevokeFailure } from '../domain/errors.ts';
import type { OrderReport } from '../domain/order-report.ts';
import type { RevokeReceipt, RevokeTrigger, Whose } from '../domain/unfinished-orders.ts';
import type { OrderRef } from '../exchanges/exchange.ts';
import { sleep } from '../seam/clock.ts';
import type { Connection } from './connection.ts';
import { revokeChannel } from './diagnostics.ts';
import { MAY_PASS, type Revoked, type RevokeParts } from './revoke.ts';
import type { TrackedOrder } from './tracked-order.ts';

interface RevokeAllParts extends RevokeParts {
  readonly isOwn: (clientOrderId: string) => boolean;
}

interface Stray {
  readonly ref: OrderRef;
  /** A cancel of it left. */
  isCanceled: boolean;
  /** As of the last list. */
  isListed: boolean;
}

interface RevokeAllResult extends Revoked {
  readonly receipt: RevokeReceipt;
  /** Why the exchange could not be asked, or what it answered last, when something is left. */
  readonly error: TradeError | null;
}

const PAUSES = [50, 100, 200, 400, 800, 1_600] as const;
const PUSH_WAIT_MS = 400;
/** That is what a ban may look like (binance.md D7), and asking lengthens it. Twice as long each time. */
const FIRST_REFUSED_PAUSE_MS = 1_000;
const LONGEST_REFUSED_PAUSE_MS = 15_000;
/** The last look-up of an order in doubt may be this far away when `notFoundAfter` is over. */
const DOUBT_MARGIN_MS = 10_000;

/** One run. `found` holds every order that was seen open, in the order of discovery. */
export class RevokeAll {
  private readonly parts: RevokeAllParts;
  private readonly at: Connection;
  private readonly whose: Whose;
  private readonly found = new Set<TrackedOrder>();
  private lastError: TradeError | null = null;
  /** See revoke.ts: what is asked later may have waited it out, and so may others of the same cancels. */
  private quietUntil = -Infinity;
  /** The key was refused, and so often. */
  private keyError: TradeError | null = null;
  private keyRefusals = 0;
  /** Everything of the symbol is being canceled in one request: an order that comes into view meanwhile is struck by it as well. */
  private isSweeping = false;
  /** Listed as open by the exchange although they had ended for us before this run began, by id. Unless we heard of the end the exchange is right. */
  private readonly strays = new Map<string, Stray>();
  private isOver = false;

  constructor(parts: RevokeAllParts, at: Connection, whose: Whose) {
    this.parts = parts;
    this.at = at;
    this.whose = whose;
  }

  /**
   * Never rejects. Gives up when nothing got better for `timeLimitMs`, and says what is left. At a stop that is all the time there is, whatever
   * gets better: what is not said by then is not said at all.
   */
  async run(trigger: RevokeTrigger, timeLimitMs: number): Promise<RevokeAllResult> {
    const { clock } = this.parts;
    const startedAt = clock.now();
    this.note();
    if (revokeChannel.hasSubscribers) {
      revokeChannel.publish({ ...this.parts.place, orderIds: [...this.found].map(({ id }) => id) });
    }
    const work = this.untilNoneIsLeft(timeLimitMs);
    const confirmedAt = await (trigger === 'stop' ? this.within(timeLimitMs, work) : work);
    this.isOver = true;
    return this.conclude(trigger, startedAt, confirmedAt);
  }

  private within<T>(ms: number, work: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const timer = this.parts.clock.after(ms, () => resolve(null));
      work.finally(() => timer.cancel()).then(resolve, reject);
    });
  }

  /** Resolves when the exchange confirmed it, with the time; null: it gave up. */
  private async untilNoneIsLeft(timeLimitMs: number): Promise<number | null> {
    const { clock, timings } = this.parts;
    let deadline = clock.monotonic() + timeLimitMs;
    const doubtDeadline = deadline + timings.notFoundAfter + DOUBT_MARGIN_MS;
    let fewest = Infinity;
    // Without a live stream the view may be short: the record of what was open comes from the exchange then.
    let listed = this.parts.isLive() ? null : await this.list();
    for (let round = 0; !this.isHopeless() && !this.isOver; round++) {
      // A key that was just refused is tried by one question, not by a cancel for each order.
      if (this.isKeyRefused) this.lastError = null;
      // Every other round only asks: a cancel that was taken may need a moment to show.
      else if (round % 2 === 0) await this.cancel(round, listed);
      await this.awaitReplies(deadline);
      listed = await this.list();
      if (this.isKeyRefused) {
        this.keyError = this.lastError;
        this.keyRefusals++;
      }
      if (listed?.length === 0 && (await this.allEnded(deadline))) return clock.now();
      // Many orders under a tight rate limit take their time: as long as they become fewer, there is more of it.
      if (listed !== null && listed.length < fewest) {
        fewest = listed.length;
        deadline = clock.monotonic() + timeLimitMs;
      }
      // What the exchange has never shown is settled by the look-ups, which ask for `notFoundAfter`: that is waited for.
      const left = (listed?.length === 0 && this.onlyDoubtsLeft() ? doubtDeadline : deadline) - clock.monotonic();
      if (left <= 0) return null;
      await sleep(clock, Math.min(this.pause(round), left));
    }
    return null;
  }

  private pause(round: number): number {
    const quiet = this.quietUntil - this.parts.clock.monotonic();
    const pause = Math.max(PAUSES[Math.min(round, PAUSES.length - 1)] ?? 1_600, quiet);
    if (!this.isKeyRefused) return pause;
    return Math.max(pause, Math.min(FIRST_REFUSED_PAUSE_MS * 2 ** (this.keyRefusals - 1), LONGEST_REFUSED_PAUSE_MS));
  }

  private noteError(error: TradeError, since = this.parts.clock.monotonic()): void {
    this.lastError = error;
    this.quietUntil = Math.max(this.quietUntil, since + (error.retryAfter ?? 0));
  }

  private get isKeyRefused(): boolean {
    return this.lastError?.kind === 'auth';
  }

  private concerns(order: TrackedOrder): boolean {
    return this.whose === 'all' || order.own;
  }

  /** Adds what is unfinished in our view right now. */
  private note(): void {
    for (const order of this.parts.manager.tracker.open.values()) {
      if (!this.concerns(order)) continue;
      if (this.isSweeping && !this.found.has(order)) order.cancelSent = true;
      this.found.add(order);
    }
  }

  /** The exchange lists nothing, and what we still hold may never have arrived. */
  private onlyDoubtsLeft(): boolean {
    return [...this.found].every((order) => order.isEnded || (order.phase === 'doubt' && !order.isProven));
  }

  private isHopeless(): boolean {
    // Not a refused key: this one was taken before, and is refused during bans and outages too (binance.md D7).
    return this.lastError?.kind === 'closed';
  }

  /** The open orders this run is about, every page; null when the exchange did not answer. */
  private async list(): Promise<readonly OrderReport[] | null> {
    const { manager, clock, isOwn } = this.parts;
    const [reports, error] = await this.at.account.trading.openOrders(this.at.instrument);
    if (reports === null) {
      this.noteError(error);
      return null;
    }
    manager.apply(reports, clock.monotonic());
    this.note();
    const ours =
      this.whose === 'all'
        ? reports
        : reports.filter((report) => {
            const order = manager.tracker.find(report);
            return order?.own === true || (report.clientOrderId !== null && isOwn(report.clientOrderId));
          });
    this.noteStrays(ours);
    return ours;
  }

  /** Those of this run that ended are not among them: a list may be a moment behind. */
  private noteStrays(listed: readonly OrderReport[]): void {
    for (const stray of this.strays.values()) stray.isListed = false;
    for (const report of listed) {
      const { orderId, clientOrderId } = report;
      const order = this.parts.manager.tracker.find(report);
      if (orderId === null) continue;
      if (order !== null && (!order.isEnded || this.found.has(order) || !order.isConcluded)) continue;
      const known = this.strays.get(orderId);
      if (known !== undefined) known.isListed = true;
      else this.strays.set(orderId, { ref: { orderId, clientOrderId }, isCanceled: false, isListed: true });
    }
  }

  private async cancel(round: number, listed: readonly OrderReport[] | null): Promise<void> {
    const { capabilities, manager, clock } = this.parts;
    const living = [...this.found].filter((order) => !order.isEnded && order.phase !== 'sending');
    const strays = [...this.strays.values()].filter(({ isListed }) => isListed);
    const refs: OrderRef[] = living.map(({ state: { orderId, clientOrderId } }) => ({ orderId, clientOrderId }));
    refs.push(...strays.map(({ ref }) => ref));
    const many = refs.length > Math.max(1, capabilities.cancelBatchSize);
    if (this.whose === 'all' && capabilities.cancelAll && (round === 0 || many || listed === null)) {
      // Those on their way too: the sweep may strike them when they arrive.
      const struck = [...this.found].filter((order) => !order.isEnded);
      this.isSweeping = true;
      const askedAt = clock.monotonic();
      const outcome = await this.at.account.trading.cancelAll(this.at.instrument, refs);
      this.isSweeping = outcome.outcome === 'accepted' || outcome.outcome === 'unknown';
      if (outcome.outcome === 'accepted') this.lastError = null;
      else this.noteError(outcome.error, askedAt);
      if (this.isSweeping) for (const order of struck) order.cancelSent = true;
      if (this.isSweeping) for (const stray of strays) stray.isCanceled = true;
      if (outcome.outcome === 'accepted') {
        for (const report of outcome.reports) this.takeCanceled(report);
        return;
      }
      // Refused as such: one by one, then. But not where the exchange wants to be left alone.
      if (outcome.outcome !== 'rejected' || this.isHopeless() || MAY_PASS.has(outcome.error.kind)) return;
    }
    this.isSweeping = false;
    if (refs.length === 0) return;
    const askedAt = clock.monotonic();
    const outcomes = await this.at.account.trading.cancel(this.at.instrument, refs);
    this.lastError = null;
    const received = clock.monotonic();
    outcomes.forEach((outcome, index) => {
      const order = living[index];
      const stray = strays[index - living.length];
      const target = order?.state ?? stray?.ref;
      if (target === undefined) return;
      if (outcome.outcome === 'accepted' || outcome.outcome === 'unknown') {
        if (order !== undefined) order.cancelSent = true;
        else if (stray !== undefined) stray.isCanceled = true;
      }
      if (outcome.outcome === 'accepted') manager.applyTo(target, outcome.reports, received);
      // "Gone" says nothing yet: the list and the look-up will.
      else if (outcome.outcome !== 'gone') this.noteError(outcome.error, askedAt);
    });
  }

  /** An order the exchange says it canceled for us; one we did not know of belongs to the record as well. */
  private takeCanceled(report: OrderReport): void {
    const { manager, clock } = this.parts;
    manager.applyOne(report, clock.monotonic());
    const order = manager.tracker.find(report);
    if (order === null || order.state.life !== 'canceled') return;
    order.cancelSent = true;
    this.found.add(order);
  }

  /** Orders on their way may still arrive: their replies come first. */
  private async awaitReplies(deadline: number): Promise<void> {
    const { manager, clock, timings } = this.parts;
    const sending = [...manager.tracker.open.values()].filter(({ phase }) => phase === 'sending');
    const wait = Math.max(0, Math.min(timings.requestTimeout, deadline - clock.monotonic()));
    await Promise.all(sending.map((order) => order.until(() => order.phase !== 'sending', wait, clock)));
    this.note();
  }

  /** The list is empty. True when our own view agrees: whatever it still holds is heard of, or asked for by id. */
  private async allEnded(deadline: number): Promise<boolean> {
    const { clock, isLive, manager } = this.parts;
    const living = [...this.found].filter((order) => !order.isEnded);
    if (living.length === 0) return true;
    const wait = isLive() ? Math.max(0, Math.min(PUSH_WAIT_MS, deadline - clock.monotonic())) : 0;
    await Promise.all(
      living.map(async (order) => {
        if (await order.until(() => order.isEnded, wait, clock)) return;
        const { orderId, clientOrderId } = order.state;
        const answer = await this.at.account.trading.query(this.at.instrument, { orderId, clientOrderId });
        if (answer.outcome === 'found') manager.applyTo(order.state, answer.reports, clock.monotonic());
        else if (answer.outcome === 'no-answer') this.noteError(answer.error);
      }),
    );
    // What came up meanwhile is younger than the list.
    this.note();
    return [...this.found].every((order) => order.isEnded);
  }

  private conclude(trigger: RevokeTrigger, startedAt: number, confirmedAt: number | null): RevokeAllResult {
    const { manager, place, clock, journal, stats } = this.parts;
    const revoked: string[] = [];
    const filled: string[] = [];
    const left: string[] = [];
    const failed: RevokeFailure[] = [];
    // What came up since the last answer is left as well.
    if (confirmedAt === null) this.note();
    for (const order of this.found) {
      const { status } = manager.snapshot(order);
      if (!order.isEnded) {
        left.push(order.id);
        failed.push({ orderId: order.id, error: this.leftError(order.id) });
      } else if (status === 'CANCELED' && order.cancelSent) revoked.push(order.id);
      // An order that never came to life needed no revoking.
      else if (status !== 'FAILED') {
        if (status === 'FILLED') filled.push(order.id);
        const message = `order ${order.id} was ${status} already`;
        failed.push({
          orderId: order.id,
          error: new TradeError(message, { kind: 'already-done', outcome: 'rejected', ...place }),
        });
      }
    }
    const found = new Set([...this.found].map(({ id }) => id));
    for (const [orderId, { isListed, isCanceled }] of this.strays) {
      if (found.has(orderId) || !(isListed || isCanceled)) continue;
      // Most of those that an earlier process saw filled are a list's that lags.
      if (!isListed && manager.tracker.past(orderId) === 'FILLED') continue;
      found.add(orderId);
      if (isListed) {
        left.push(orderId);
        failed.push({ orderId, error: this.leftError(orderId) });
      } else revoked.push(orderId);
    }
    stats.revoked += revoked.length;
    const error = confirmedAt === null ? this.finalError(left) : null;
    const receipt: RevokeReceipt = {
      trigger,
      platform: place.platform,
      account: place.account,
      symbol: place.symbol,
      whose: this.whose,
      found: [...found],
      revoked,
      filled,
      left,
      error: error?.message ?? null,
      startedAt,
      endedAt: clock.now(),
      confirmedAt,
    };
    journal.receipt(receipt);
    return { receipt, revoked, failed, error };
  }

  private leftError(id: string): TradeError {
    const why = this.lastError ?? this.keyError;
    const message = `order ${id} may still be open${why === null ? '' : ` (${why.message})`}`;
    return new TradeError(message, {
      kind: why?.kind ?? 'in-doubt',
      outcome: 'unknown',
      code: why?.code,
      retryAfter: why?.retryAfter,
      cause: why?.cause,
      ...this.parts.place,
    });
  }

  private finalError(left: readonly string[]): TradeError {
    const why = this.lastError ?? this.keyError;
    if (why !== null) return why.at(this.parts.place);
    const message =
      left.length > 0
        ? `${counted(left.length, 'order')} may still be open`
        : 'the exchange did not confirm that no order is left';
    return new TradeError(message, { kind: 'in-doubt', outcome: 'unknown', ...this.parts.place });
  }
}
