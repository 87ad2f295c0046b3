// What the order channel's single events leave out and memory must add: how much base a market buy has bought, when a post-only order
// was created, whether a cancellation was asked for by us (htx.md 5.2, 8.3, trap 5). Bounded; losing an entry costs a look-up, never an order.

import { Decimal } from '../../domain/decimal.ts';
import type { OrderRef } from '../exchange.ts';
import { decimalOrNull, kindOfType, timeOrNull, type PushHints } from './decode.ts';
import { text, type Row } from './frames.ts';

/** Entries of each kind that are kept: far more than orders in flight at any time. */
const MOST_KEPT = 2_000;
/** Requests to cancel everything that are kept for each symbol. */
const MOST_SPANS = 20;

/** From the sending of a request to its answer, in exchange time; Infinity while it has none. */
interface Span {
  readonly from: number;
  to: number;
}

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
  readonly #exchangeTime: () => number;
  readonly #purchases = new Map<string, Purchase>();
  readonly #postOnlyCreated = new Map<string, number>();
  /** When a cancellation was first asked for, in exchange time. */
  readonly #canceledIds = new Map<string, number>();
  readonly #canceledClientIds = new Map<string, number>();
  readonly #canceledAll = new Map<string, Span[]>();

  constructor(exchangeTime: () => number) {
    this.#exchangeTime = exchangeTime;
  }

  /** Before the request leaves: its answer, or the push, may be the next thing to come. */
  noteCancels(refs: readonly OrderRef[]): void {
    const now = this.#exchangeTime();
    for (const { orderId, clientOrderId } of refs) {
      if (orderId !== null && !this.#canceledIds.has(orderId)) keep(this.#canceledIds, orderId, now);
      if (clientOrderId !== null && !this.#canceledClientIds.has(clientOrderId))
        keep(this.#canceledClientIds, clientOrderId, now);
    }
  }

  /** Before the request leaves; what it returns is to be called with the answer. */
  noteCancelAll(rawSymbol: string): () => void {
    const span: Span = { from: this.#exchangeTime(), to: Infinity };
    const spans = this.#canceledAll.get(rawSymbol) ?? [];
    keep(this.#canceledAll, rawSymbol, [...spans, span].slice(-MOST_SPANS));
    return () => {
      span.to = this.#exchangeTime();
    };
  }

  /** Whether a request of ours can be why the order ended at `endedAt` (exchange time): one that left before, and if for all, was still under way. */
  wasCancelAsked(
    order: { readonly orderId: string; readonly clientOrderId: string; readonly rawSymbol: string },
    endedAt: number,
  ): boolean {
    const asked = Math.min(
      this.#canceledIds.get(order.orderId) ?? Infinity,
      this.#canceledClientIds.get(order.clientOrderId) ?? Infinity,
    );
    if (asked <= endedAt) return true;
    return this.#canceledAll.get(order.rawSymbol)?.some(({ from, to }) => from <= endedAt && endedAt <= to) ?? false;
  }

  /** Takes an event of the order channel in and says what decoding it needs to know besides. */
  hints(row: Row): PushHints {
    const orderId = text(row, 'orderId');
    const kind = kindOfType(text(row, 'type'));
    const isPostOnly = kind.timeInForce === 'POST_ONLY';
    const created = timeOrNull(row, 'orderCreateTime');
    if (isPostOnly && created !== null) keep(this.#postOnlyCreated, orderId, created);
    return {
      createdAt: isPostOnly ? (this.#postOnlyCreated.get(orderId) ?? null) : created,
      cancelAsked:
        isPostOnly &&
        this.wasCancelAsked(
          { orderId, clientOrderId: text(row, 'clientOrderId'), rawSymbol: text(row, 'symbol') },
          timeOrNull(row, 'lastActTime') ?? this.#exchangeTime(),
        ),
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
