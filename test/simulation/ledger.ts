// What the strategy was told, kept as an auditor would: every callback of every process of a run, checked as it comes
// (statuses forwards, each trade once, sums exact) and compared with the exchange's books at the end by audit.ts.
import { createHash, type Hash } from 'node:crypto';
import { Decimal } from '../../src/domain/decimal.ts';
import type { Fill, Order } from '../../src/domain/order.ts';
import { TRANSITIONS } from '../../src/domain/transitions.ts';

export class Ledger {
  /** The newest snapshot of every order by its own client id, or by its exchange id when it has none. */
  readonly orders = new Map<string, Order>();
  readonly fills = new Map<string, Fill>();
  readonly problems: string[] = [];
  updates = 0;
  private readonly hash: Hash = createHash('sha256');

  private trace(line: string): void {
    this.hash.update(line);
    this.hash.update('\n');
  }

  note(what: string, detail: unknown): void {
    this.trace(`${what} ${JSON.stringify(detail)}`);
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
    const where = `order ${key} (${order.orderId})`;
    if (!Decimal.from(order.quantity).sub(Decimal.from(order.filled)).eq(Decimal.from(order.remain))) {
      this.problems.push(`${where}: remain ${order.remain} is not ${order.quantity} - ${order.filled}`);
    }
    if (before === undefined) return;
    if (before.status !== order.status && !TRANSITIONS[before.status].includes(order.status)) {
      this.problems.push(`${where}: status went from ${before.status} to ${order.status}`);
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
    this.fills.set(key, fill);
  }

  digest(): string {
    return this.hash.digest('hex').slice(0, 16);
  }
}
