// What the order channel's single events leave out and memory must add: how much base a market buy has bought, when a post-only order
// was created, whether a cancellation was asked for by us (htx.md 5.2, 8.3, trap 5). Bounded; losing an entry costs a look-up, never an order.

import { Decimal } from '../../domain/decimal.ts';
import type { Clock } from '../../seam/clock.ts';
import type { OrderRef } from '../exchange.ts';
import { decimalOrNull, pushedKind, timeOrNull, type PushHints } from './decode.ts';
import { text, type Row } from './frames.ts';

/** Entries of each kind that are kept: far more than orders in flight at any time. */
const MOST_KEPT = 2_000;
/** A request to cancel everything explains cancellations of its symbol for this long. */
const CANCEL_ALL_MS = 10_000;

interface Purchase {
  readonly trades: Set<string>;
  bought: Decimal;
  spent: Decimal;
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MOST_KEPT) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

export class StreamMemory {
  readonly #clock: Clock;
  readonly #purchases = new Map<string, Purchase>();
  readonly #postOnlyCreated = new Map<string, number>();
  readonly #canceledIds = new Map<string, true>();
  readonly #canceledClientIds = new Map<string, true>();
  /** By raw symbol: our monotonic clock when its orders were all asked to be canceled. */
  readonly #canceledAll = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Before the request leaves: its answer, or the push, may be the next thing to come. */
  noteCancel(ref: OrderRef): void {
    if (ref.orderId !== null) keep(this.#canceledIds, ref.orderId, true);
    if (ref.clientOrderId !== null) keep(this.#canceledClientIds, ref.clientOrderId, true);
  }

  noteCancelAll(rawSymbol: string): void {
    keep(this.#canceledAll, rawSymbol, this.#clock.monotonic());
  }

  wasCancelAsked(orderId: string, clientOrderId: string, rawSymbol: string): boolean {
    if (this.#canceledIds.has(orderId) || (clientOrderId !== '' && this.#canceledClientIds.has(clientOrderId)))
      return true;
    const all = this.#canceledAll.get(rawSymbol);
    return all !== undefined && this.#clock.monotonic() - all <= CANCEL_ALL_MS;
  }

  /** Takes an event of the order channel in and says what decoding it needs to know besides. */
  hints(row: Row): PushHints {
    const orderId = text(row, 'orderId');
    const kind = pushedKind(row);
    const isPostOnly = kind.timeInForce === 'POST_ONLY';
    const created = timeOrNull(row, 'orderCreateTime');
    if (isPostOnly && created !== null) keep(this.#postOnlyCreated, orderId, created);
    return {
      createdAt: isPostOnly ? (this.#postOnlyCreated.get(orderId) ?? null) : created,
      cancelAsked: isPostOnly && this.wasCancelAsked(orderId, text(row, 'clientOrderId'), text(row, 'symbol')),
      bought: kind.isSizedInQuote ? this.#bought(orderId, row) : null,
    };
  }

  /** Base bought so far when the fills heard explain the money that the event says was spent; else null. */
  #bought(orderId: string, row: Row): Decimal | null {
    let purchase = this.#purchases.get(orderId);
    if (purchase === undefined) {
      purchase = { trades: new Set(), bought: Decimal.ZERO, spent: Decimal.ZERO };
      keep(this.#purchases, orderId, purchase);
    }
    const tradeId = text(row, 'tradeId');
    const price = decimalOrNull(row, 'tradePrice');
    const volume = decimalOrNull(row, 'tradeVolume');
    if (tradeId !== '' && price !== null && volume !== null && !purchase.trades.has(tradeId)) {
      purchase.trades.add(tradeId);
      purchase.bought = purchase.bought.add(volume);
      purchase.spent = purchase.spent.add(price.mul(volume));
    }
    const spent = decimalOrNull(row, 'execAmt');
    return spent !== null && spent.eq(purchase.spent) ? purchase.bought : null;
  }
}
