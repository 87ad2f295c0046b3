// Revoking orders that were named: each one is canceled, looked up where the reply does not settle it, and reported as what it became.
// Revoking everything is revoke-all.ts's part; both only bring reports to the order manager.

import { TradeError, type RevokeFailure } from '../domain/errors.ts';
import { merge, newOrderState, stateStatus } from '../domain/merge.ts';
import type { OrderReport } from '../domain/order-report.ts';
import type { OrderStatus } from '../domain/order.ts';
import { isEnded } from '../domain/transitions.ts';
import type { CancelOutcome, Capabilities, OrderRef, Timings } from '../exchanges/exchange.ts';
import { sleep, type Clock } from '../seam/clock.ts';
import type { Connection } from './connection.ts';
import { revokeChannel } from './diagnostics.ts';
import type { OrderJournal } from './journal.ts';
import type { OrderManager } from './order-manager.ts';
import type { Place } from './snapshot.ts';
import type { Stats } from './stats.ts';
import type { TrackedOrder } from './tracked-order.ts';

export interface RevokeParts {
  readonly place: Place;
  readonly clock: Clock;
  readonly journal: OrderJournal;
  readonly manager: OrderManager;
  readonly timings: Timings;
  readonly capabilities: Capabilities;
  readonly stats: Stats;
  /** The private stream is live: pushes will tell how an accepted cancel ended. */
  readonly isLive: () => boolean;
}

export interface Revoked {
  readonly revoked: readonly string[];
  readonly failed: readonly RevokeFailure[];
}

const PAUSES = [100, 200, 400, 800, 1_500] as const;
/** How long a push has to tell the end of a cancel that was taken, before it is asked for. */
const PUSH_WAIT_MS = 400;
/** "No such order" may be a replica that lags behind: asked this often before it is believed. */
const LEAST_DENIALS = 3;
/**
 * Refusals of a cancel after which another round may do; any other is the exchange's last word on it. A key that was taken before is refused
 * during bans and outages too (binance.md D7).
 */
export const MAY_PASS: ReadonlySet<TradeError['kind']> = new Set(['rate-limited', 'maintenance', 'clock-skew', 'auth']);

/** One order on its way out. */
interface Entry {
  readonly id: string;
  order: TrackedOrder | null;
  denials: number;
  /** A cancel of this call may have been carried out. */
  canceled: boolean;
  lastError: TradeError | null;
  /**
   * The exchange wants to be left alone until then, monotonic: from when it said so, for others may wait it out meanwhile. When it said so to one
   * of many cancels is not known, only when they were given in charge: who comes too early by that waits inside, where their answers waited.
   */
  quietUntil: number;
  result: 'revoked' | TradeError | null;
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

export class Revoke {
  private readonly parts: RevokeParts;

  constructor(parts: RevokeParts) {
    this.parts = parts;
  }

  /** Resolves when each is settled, or when `inDoubtPatience` is over: what is not known by then fails as in doubt. */
  async orders(ids: readonly string[], at: Connection): Promise<Revoked> {
    const { clock, timings, capabilities } = this.parts;
    const deadline = clock.monotonic() + timings.inDoubtPatience;
    const entries = [...new Set(ids)].map((id) => this.enter(id));
    if (revokeChannel.hasSubscribers) revokeChannel.publish({ ...this.parts.place, orderIds: ids });
    const [sending, there] = partition(entries, ({ order }) => order?.phase === 'sending');
    const [ready, toAsk] = partition(there, ({ order }) => capabilities.cancelNamesSymbol || order !== null);
    // Those on their way hold nobody up, nor do those that must be asked for first.
    await Promise.all([
      this.revoke(ready, deadline, at),
      this.revoke(toAsk, deadline, at),
      this.awaitReplies(sending).then(() => this.revoke(sending, deadline, at)),
    ]);
    return this.sum(entries);
  }

  private async revoke(entries: readonly Entry[], deadline: number, at: Connection): Promise<void> {
    const { clock } = this.parts;
    for (let round = 0; ; round++) {
      const open = entries.filter((entry) => entry.result === null);
      const left = deadline - clock.monotonic();
      // Waiting for the reply to the order may have taken all the time there was: one cancel is sent all the same.
      if (open.length === 0 || (round > 0 && left <= 0)) return;
      if (round > 0) await sleep(clock, Math.min(left, this.pause(open, round)));
      await this.round(
        open.filter((entry) => entry.result === null),
        at,
      );
    }
  }

  private pause(open: readonly Entry[], round: number): number {
    const quiet = Math.max(...open.map(({ quietUntil }) => quietUntil)) - this.parts.clock.monotonic();
    return Math.max(quiet, PAUSES[Math.min(round, PAUSES.length) - 1] ?? 1_500);
  }

  private enter(id: string): Entry {
    const { manager } = this.parts;
    const order = manager.tracker.byId(id);
    const entry: Entry = { id, order, denials: 0, canceled: false, lastError: null, quietUntil: 0, result: null };
    const past = order === null ? manager.tracker.past(id) : null;
    if (past !== null) entry.result = this.alreadyDone(id, past);
    else if (order?.hasSurelyEnded === true) {
      entry.result = this.alreadyDone(order.id, manager.snapshot(order).status);
    }
    return entry;
  }

  /** A cancel that overtakes its order would find nothing: the reply to the order comes first. */
  private async awaitReplies(entries: readonly Entry[]): Promise<void> {
    const { clock, timings } = this.parts;
    await Promise.all(
      entries.map(async (entry) => {
        const { order } = entry;
        if (order === null) return;
        await order.until(() => order.phase !== 'sending', timings.requestTimeout, clock);
        if (order.isEnded) entry.result = this.became(entry, order);
      }),
    );
  }

  private ref(entry: Entry): OrderRef {
    if (entry.order === null) return { orderId: entry.id, clientOrderId: null };
    const { orderId, clientOrderId } = entry.order.state;
    return { orderId, clientOrderId };
  }

  private async round(all: readonly Entry[], at: Connection): Promise<void> {
    const { manager, clock } = this.parts;
    const entries = await this.ofSymbol(all, at);
    if (entries.length === 0) return;
    const refs = entries.map((entry) => this.ref(entry));
    const askedAt = clock.monotonic();
    const outcomes = await at.account.trading.cancel(at.instrument, refs);
    const received = clock.monotonic();
    outcomes.forEach((outcome, index) => {
      const ref = refs[index];
      if (outcome.outcome === 'accepted' && ref !== undefined) manager.applyTo(ref, outcome.reports, received);
    });
    await Promise.all(
      entries.map(async (entry, index) => {
        const outcome = outcomes[index];
        if (outcome !== undefined) await this.settle(entry, outcome, askedAt, at);
      }),
    );
  }

  /** Those whose cancel can hit no order of another symbol. */
  private async ofSymbol(entries: readonly Entry[], at: Connection): Promise<readonly Entry[]> {
    if (this.parts.capabilities.cancelNamesSymbol) return entries;
    await Promise.all(entries.filter(({ order }) => order === null).map((entry) => this.lookUp(entry, at)));
    return entries.filter(({ order, result }) => order !== null && result === null);
  }

  private async settle(entry: Entry, outcome: CancelOutcome, askedAt: number, at: Connection): Promise<void> {
    const { manager, journal, clock } = this.parts;
    entry.order ??= manager.tracker.byId(entry.id);
    const { order } = entry;
    const error = outcome.outcome === 'accepted' ? null : outcome.error;
    this.noteError(entry, error, askedAt);
    if (order !== null) {
      const { kind = null, code = null, message = null } = error ?? {};
      journal.result(order.key, { request: 'cancel', outcome: outcome.outcome, kind, code, message, at: clock.now() });
    }
    switch (outcome.outcome) {
      case 'accepted':
        this.markCanceled(entry);
        await this.confirm(entry, at);
        return;
      case 'gone':
        await this.lookUp(entry, at, true);
        return;
      case 'unknown':
        // It may have been carried out: if the order turns out canceled, it was us.
        this.markCanceled(entry);
        await this.lookUp(entry, at);
        return;
      case 'rejected':
        if (!MAY_PASS.has(outcome.error.kind)) entry.result = outcome.error;
        return;
      case 'not-sent':
        if (outcome.error.kind === 'auth' || outcome.error.kind === 'closed') entry.result = outcome.error;
    }
  }

  private noteError(entry: Entry, error: TradeError | null, since: number): void {
    entry.lastError = error;
    entry.quietUntil = since + (error?.retryAfter ?? 0);
  }

  private markCanceled(entry: Entry): void {
    entry.canceled = true;
    if (entry.order !== null) entry.order.cancelSent = true;
  }

  /** The cancel was taken. Where the reply was not the end itself, a push or a question brings it. */
  private async confirm(entry: Entry, at: Connection): Promise<void> {
    const { clock, isLive } = this.parts;
    const { order } = entry;
    if (order !== null) {
      const wait = isLive() ? PUSH_WAIT_MS : 0;
      // What silence ended before has not ended by this cancel.
      if (await order.until(() => order.hasSurelyEnded, wait, clock)) {
        entry.result = this.became(entry, order);
        return;
      }
    }
    await this.lookUp(entry, at);
  }

  /** @param isGone a cancel was just answered that there is nothing to cancel */
  private async lookUp(entry: Entry, at: Connection, isGone = false): Promise<void> {
    const { manager, clock } = this.parts;
    if (this.noteEnd(entry)) return;
    const answer = await at.account.trading.query(at.instrument, this.ref(entry));
    if (answer.outcome === 'found') {
      entry.order ??= manager.tracker.byId(entry.id);
      if (entry.order === null) {
        this.judgeStranger(entry, answer.reports);
        return;
      }
      manager.applyTo(entry.order.state, answer.reports, clock.monotonic());
      this.noteEnd(entry);
      // Still open: the next round cancels it again, which does no harm.
    } else if (answer.outcome === 'no-answer') {
      this.noteError(entry, answer.error, clock.monotonic());
      // Of one whose request is still in doubt the exchange may say so and have it a moment later.
    } else if (!this.noteEnd(entry) && entry.order?.phase !== 'doubt' && this.isDenied(entry, isGone)) {
      const { place } = this.parts;
      const message = `the exchange knows no order ${entry.id}`;
      const { code, cause } = answer.error;
      entry.result = new TradeError(message, { kind: 'order-not-found', outcome: 'rejected', code, cause, ...place });
    }
  }

  private noteEnd(entry: Entry): boolean {
    if (entry.order?.hasSurelyEnded !== true) return false;
    entry.result = this.became(entry, entry.order);
    return true;
  }

  private isDenied(entry: Entry, isGone: boolean): boolean {
    // Of one we never saw, the cancel has said so as well.
    return (isGone && entry.order === null) || ++entry.denials >= LEAST_DENIALS;
  }

  /** An order we never tracked, perhaps years old: what it became is told to the caller, and to nobody else. */
  private judgeStranger(entry: Entry, reports: readonly OrderReport[]): void {
    const { manager, place, clock } = this.parts;
    const state = reports.reduce((known, report) => merge(known, report).state, newOrderState(place.symbol));
    if (!isEnded(state.life)) {
      manager.apply(reports, clock.monotonic());
      entry.order = manager.tracker.byId(entry.id);
      return;
    }
    const status = stateStatus(state);
    entry.result = status === 'CANCELED' && entry.canceled ? 'revoked' : this.alreadyDone(entry.id, status);
  }

  private became(entry: Entry, order: TrackedOrder): 'revoked' | TradeError {
    const { status } = this.parts.manager.snapshot(order);
    if (status === 'CANCELED' && order.cancelSent) return 'revoked';
    return this.alreadyDone(order.id === '' ? entry.id : order.id, status);
  }

  private alreadyDone(id: string, status: OrderStatus): TradeError {
    return new TradeError(`order ${id} was ${status} already`, {
      kind: 'already-done',
      outcome: 'rejected',
      ...this.parts.place,
    });
  }

  private sum(entries: readonly Entry[]): Revoked {
    const revoked: string[] = [];
    const failed: RevokeFailure[] = [];
    for (const entry of entries) {
      const { id, order, result } = entry;
      const orderId = order === null || order.id === '' ? id : order.id;
      if (result === 'revoked') revoked.push(orderId);
      else failed.push({ orderId, error: (result ?? this.undecided(orderId, entry)).at(this.parts.place) });
    }
    this.parts.stats.revoked += revoked.length;
    return { revoked, failed };
  }

  private undecided(id: string, { order, canceled, lastError: why }: Entry): TradeError {
    const because = why === null ? '' : ` (${why.message})`;
    const { code, retryAfter, cause } = why ?? {};
    // It never got beyond the question of `ofSymbol`.
    if (order === null && !this.parts.capabilities.cancelNamesSymbol) {
      const { symbol } = this.parts.place;
      const message = `no cancel of order ${id} was sent: it is not known whether it is an order of ${symbol}${because}`;
      return new TradeError(message, { kind: why?.kind ?? 'in-doubt', outcome: 'not-sent', code, retryAfter, cause });
    }
    // What became of the last cancel says nothing of one before it that may have been carried out.
    if (!canceled && why !== null && (why.outcome === 'not-sent' || why.kind === 'rate-limited')) return why;
    const message = `it is not known yet whether order ${id} was canceled${because}`;
    return new TradeError(message, { kind: 'in-doubt', outcome: 'unknown', code, retryAfter, cause });
  }
}
