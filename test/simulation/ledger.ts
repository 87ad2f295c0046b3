// What the strategy was told, kept as an auditor would: every callback of every process of a run, checked as it comes
// (statuses forwards, each trade once, sums exact) and compared with the exchange's books at the end by audit.ts.
import { createHash, type Hash } from 'node:crypto';
import { Decimal } from '../../src/domain/decimal.ts';
import type { Fill, Order } from '../../src/domain/order.ts';
import { TRANSITIONS } from '../../src/domain/transitions.ts';

/** A break of the stream is noticed within so many ms, unless it is a silent one. */
const NOTICED_MS = 500;

export class Ledger {
  /** The newest snapshot of every order by its own client id, or by its exchange id when it has none. */
  readonly orders = new Map<string, Order>();
  readonly fills = new Map<string, Fill>();
  readonly problems: string[] = [];
  updates = 0;
  /** Client order ids that a createOrder of the strategy's was given: one for each call that was not refused at once. */
  readonly intended = new Set<string>();
  /** When each fill was told, and when each order's end was, by exchange ids. */
  readonly fillToldAt = new Map<string, number>();
  readonly endToldAt = new Map<string, number>();
  readonly firstToldAt = new Map<string, number>();
  /** When nobody could know: from the death of a process, or the begin of a gap, to the moment the view was proven again. */
  readonly blind: { readonly from: number; to: number }[] = [];
  readyAt: number | null = null;
  /** When each process told that it was ready. */
  readonly starts: number[] = [];
  private readonly hash: Hash = createHash('sha256');

  private trace(line: string): void {
    this.hash.update(line);
    this.hash.update('\n');
  }

  note(what: string, detail: unknown): void {
    this.trace(`${what} ${JSON.stringify(detail)}`);
  }

  goBlind(now: number): void {
    if (this.blind.at(-1)?.to !== Infinity) this.blind.push({ from: now, to: Infinity });
  }

  seeAgain(now: number): void {
    const last = this.blind.at(-1);
    if (last?.to === Infinity) last.to = now;
    this.readyAt ??= now;
  }

  /**
   * How long it took to tell what happened, ms, not counting the time when nobody could know. Never late: what happened before the first
   * process was ready.
   */
  lateness(happenedAt: number, toldAt: number): number {
    if (happenedAt < (this.readyAt ?? Infinity)) return 0;
    let late = toldAt - happenedAt;
    for (const { from, to } of this.blind) late -= Math.max(0, Math.min(to, toldAt) - Math.max(from, happenedAt));
    return late;
  }

  /** Whether there was no moment from `from` to `to` in which somebody could have seen it. */
  wasBlind(from: number, to: number): boolean {
    const { readyAt } = this;
    if (readyAt === null || to <= readyAt) return true;
    return this.blind.some((gap) => from >= gap.from - NOTICED_MS && to <= gap.to);
  }

  static key(order: { readonly clientOrderId: string; readonly orderId: string }): string {
    return order.clientOrderId === '' ? `#${order.orderId}` : order.clientOrderId;
  }

  onOrder(order: Order, now: number): void {
    this.updates++;
    this.trace(`${now} order ${JSON.stringify(order)}`);
    const key = Ledger.key(order);
    const before = this.orders.get(key);
    this.orders.set(key, order);
    if (!this.firstToldAt.has(order.orderId)) this.firstToldAt.set(order.orderId, now);
    if (order.status === 'FILLED' || order.status === 'CANCELED' || order.status === 'FAILED') {
      if (!this.endToldAt.has(order.orderId)) this.endToldAt.set(order.orderId, now);
    } else this.endToldAt.delete(order.orderId);
    const where = `order ${key} (${order.orderId})`;
    if (!Decimal.from(order.quantity).sub(Decimal.from(order.filled)).eq(Decimal.from(order.remain))) {
      this.problems.push(`${where}: remain ${order.remain} is not ${order.quantity} - ${order.filled}`);
    }
    if (before === undefined) return;
    if (before.status !== order.status && !TRANSITIONS[before.status].includes(order.status)) {
      this.problems.push(`${where}: status went from ${before.status} to ${order.status}`);
    }
    if (before.status === 'CANCELED' && order.status === 'FILLED') {
      // Legal on exchanges that report a cancel before the fill that beat it; this one never does.
      this.problems.push(`${where}: told CANCELED, and then that it was FILLED`);
    }
    if (Decimal.from(order.filled).lt(Decimal.from(before.filled))) {
      this.problems.push(`${where}: filled went back from ${before.filled} to ${order.filled}`);
    }
    if (before.orderId !== '' && before.orderId !== order.orderId)
      this.problems.push(`${where}: its id was ${before.orderId} before`);
  }

  onFill(fill: Fill, now: number): void {
    this.trace(`${now} fill ${JSON.stringify(fill)}`);
    const key = `${fill.orderId}/${fill.tradeId}`;
    if (this.fills.has(key)) this.problems.push(`fill ${key} was reported twice`);
    else this.fillToldAt.set(key, now);
    this.fills.set(key, fill);
  }

  digest(): string {
    return this.hash.digest('hex').slice(0, 16);
  }
}
