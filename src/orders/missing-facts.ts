// Asks the exchange for what pushes did not tell: fills that the stated total proves, fees, and the terms of orders nobody placed here.
// Waits a moment first (they are mostly on their way), asks with growing pauses, and gives up after so many answers.

import type { OrderRef } from '../exchanges/exchange.ts';
import type { Clock, Timer } from '../seam/clock.ts';
import type { Connection } from './connection.ts';
import type { OrderManager } from './order-manager.ts';
import { byTime } from './sort-reports.ts';
import type { TrackedOrder } from './tracked-order.ts';

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 60_000;
/** Some fees are never told. */
const MOST_ANSWERS_WITHOUT_FEES = 8;
/** Binance never says whose a canceled order was (binance.md A8.1), and a doubt of ours waits for this. */
const MOST_ANSWERS_WITHOUT_TERMS = 4;
/** A list of fills may be minutes behind (binance.md E8, htx.md 5.16). */
const MOST_ANSWERS_WITHOUT_FILLS = 40;

interface MissingFactsParts {
  readonly clock: Clock;
  readonly connection: () => Connection | null;
  readonly manager: () => OrderManager;
  /** A reconcile is running: it asks for the same things. */
  readonly isBusy: () => boolean;
  /** Runs on by itself; a defect in it goes to the log. */
  readonly background: (work: Promise<unknown>) => void;
}

interface Want {
  readonly done: () => boolean;
  /** Resolves whether the exchange answered. */
  readonly ask: () => Promise<boolean>;
  readonly giveUp: () => void;
  /** After so many answers. */
  readonly isHopeless: (answers: number) => boolean;
  attempts: number;
  answers: number;
  timer: Timer;
}

export class MissingFacts {
  private readonly parts: MissingFactsParts;
  private readonly wants = new Map<string, Want>();
  private stopped = false;

  constructor(parts: MissingFactsParts) {
    this.parts = parts;
  }

  fills(order: TrackedOrder): void {
    this.wantFills(order, FIRST_WAIT_MS);
  }

  fees(order: TrackedOrder): void {
    this.wantFills(order, 0);
  }

  private wantFills(order: TrackedOrder, first: number): void {
    const name = `fills ${order.key}`;
    if (this.wants.has(name)) return;
    this.want(name, first, {
      done: () => !order.lacksFees && !order.lacksFills,
      ask: () => this.askFills(order),
      giveUp: () => this.parts.manager().giveUpFacts(order),
      isHopeless: (answers) => answers >= (order.lacksFills ? MOST_ANSWERS_WITHOUT_FILLS : MOST_ANSWERS_WITHOUT_FEES),
    });
  }

  terms(ref: OrderRef): void {
    const name = `terms ${ref.orderId ?? `c:${ref.clientOrderId ?? ''}`}`;
    if (this.wants.has(name)) return;
    const known = (): boolean => {
      const order = this.parts.manager().tracker.find(ref);
      return order !== null && order.state.action !== null;
    };
    const giveUp = (): void => {
      if (ref.orderId !== null) this.parts.manager().unpark(ref.orderId);
    };
    let isOthers = false;
    this.want(name, FIRST_WAIT_MS, {
      done: () => isOthers || known(),
      ask: () =>
        this.askTerms(ref, () => {
          isOthers = true;
          if (ref.orderId !== null) this.parts.manager().disown(ref.orderId);
        }),
      giveUp,
      isHopeless: (answers) => answers >= MOST_ANSWERS_WITHOUT_TERMS,
    });
  }

  private want(name: string, first: number, what: Omit<Want, 'attempts' | 'answers' | 'timer'>): void {
    if (this.stopped) return;
    const start = (): void => this.parts.background(this.run(name, want));
    const want: Want = { ...what, attempts: 0, answers: 0, timer: this.parts.clock.after(first, start) };
    this.wants.set(name, want);
  }

  private async run(name: string, want: Want): Promise<void> {
    if (this.stopped) return;
    if (!want.done() && !this.parts.isBusy()) {
      want.attempts++;
      const asking = want.ask();
      try {
        if (await asking) want.answers++;
      } catch {
        this.parts.background(asking);
      }
    }
    if (this.stopped) return;
    if (want.done() || want.isHopeless(want.answers)) {
      this.wants.delete(name);
      if (!want.done()) want.giveUp();
      return;
    }
    const wait = Math.min(FIRST_WAIT_MS * 2 ** want.attempts, LONGEST_WAIT_MS);
    want.timer = this.parts.clock.after(wait, () => this.parts.background(this.run(name, want)));
  }

  private async askFills(order: TrackedOrder): Promise<boolean> {
    const at = this.parts.connection();
    const { orderId, clientOrderId, ctime } = order.state;
    if (at === null) return false;
    const of = { ref: { orderId, clientOrderId }, placedAt: ctime };
    const [reports] = await at.account.trading.fills(at.instrument, of);
    if (reports === null || this.stopped) return false;
    this.parts.manager().applyTo({ orderId, clientOrderId }, byTime(reports), this.parts.clock.monotonic());
    return true;
  }

  private async askTerms(ref: OrderRef, onOthers: () => void): Promise<boolean> {
    const at = this.parts.connection();
    if (at === null) return false;
    const answer = await at.account.trading.query(at.instrument, ref);
    if (answer.outcome === 'no-answer' || this.stopped) return false;
    if (answer.outcome === 'found') this.parts.manager().applyTo(ref, answer.reports, this.parts.clock.monotonic());
    else if (answer.isOthers === true) onOthers();
    return true;
  }

  stop(): void {
    this.stopped = true;
    for (const { timer } of this.wants.values()) timer.cancel();
    this.wants.clear();
  }
}
