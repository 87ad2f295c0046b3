// An order inside the engine: the mutable state behind the frozen snapshots that leave it.
// Who may change it when is venue.ts's and matching.ts's business.

import { Decimal } from '../../domain/decimal.ts';
import type { EndReason, NewVenueOrder, VenueFill, VenueOrder, VenueOrderStatus } from '../venue.ts';
import type { Account } from './account.ts';
import type { Resting } from './order-book.ts';

export class EngineOrder {
  readonly id: bigint;
  readonly account: Account;
  readonly request: NewVenueOrder;
  readonly createdAt: number;
  readonly fills: VenueFill[] = [];
  updatedAt: number;
  status: VenueOrderStatus = 'open';
  endReason: EndReason | null = null;
  cancelId = '';
  filled: Decimal = Decimal.ZERO;
  filledQuote: Decimal = Decimal.ZERO;
  fee: Decimal = Decimal.ZERO;
  feeAsset: string | null = null;
  /** What is still locked for it on the account, in `lockedAsset`. */
  locked: Decimal = Decimal.ZERO;
  lockedAsset = '';
  /** Its place in the book, once it rested. */
  place: Resting | null = null;
  private frozen: VenueOrder | null = null;
  /** As it stood in the book, or waited to, before it ended; null when it never did, or has not ended. */
  beforeEnd: VenueOrder | null = null;

  constructor(id: bigint, account: Account, request: NewVenueOrder, createdAt: number) {
    this.id = id;
    this.account = account;
    this.request = request;
    this.createdAt = createdAt;
    this.updatedAt = createdAt;
  }

  /** Base quantity still to be filled; null for orders by quote amount. */
  remaining(): Decimal | null {
    return this.request.quantity === null ? null : this.request.quantity.sub(this.filled);
  }

  /** Must be called after every change, so that the next snapshot is a new one. */
  changed(now: number): void {
    this.updatedAt = now;
    const { frozen } = this;
    if (this.status !== 'open' && frozen?.status === 'open' && (frozen.rested || frozen.postOnly))
      this.beforeEnd = frozen;
    this.frozen = null;
  }

  /** The order as it stands. The same object until the next change. */
  snapshot(): VenueOrder {
    this.frozen ??= Object.freeze({
      orderId: this.id,
      accountUid: this.account.uid,
      symbol: this.request.symbol,
      side: this.request.side,
      type: this.request.type,
      timeInForce: this.request.timeInForce,
      postOnly: this.request.postOnly,
      price: this.request.price,
      quantity: this.request.quantity,
      quoteQuantity: this.request.quoteQuantity,
      clientOrderId: this.request.clientOrderId,
      cancelId: this.cancelId,
      selfTradePrevention: this.request.selfTradePrevention,
      tag: this.request.tag,
      status: this.status,
      endReason: this.endReason,
      filled: this.filled,
      filledQuote: this.filledQuote,
      fee: this.fee,
      feeAsset: this.feeAsset,
      createdAt: this.createdAt,
      updatedAt: this.updatedAt,
      rested: this.place !== null,
    });
    return this.frozen;
  }
}
