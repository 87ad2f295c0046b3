// What orders lock and what trades settle: balances, fees in the right asset, rebates, and the books of the exchange itself.
// Amounts are exact; only fees are cut to the eight decimals that wires print. Who trades with whom is matching.ts's business.

import { Decimal } from '../../domain/decimal.ts';
import type { VenueInstrument } from '../venue.ts';
import type { EngineOrder } from './engine-order.ts';

const FEE_DECIMALS = 8;

export interface Fee {
  readonly amount: Decimal;
  readonly asset: string;
}

export class Settlement {
  /** Fees taken (rebates paid are negative), per asset. */
  readonly fees = new Map<string, Decimal>();
  /** What the house gained and gave in trades with accounts, per asset: it has no limit and may be negative. */
  readonly house = new Map<string, Decimal>();
  private readonly lastPrice: (symbol: string) => Decimal | null;

  constructor(lastPrice: (symbol: string) => Decimal | null) {
    this.lastPrice = lastPrice;
  }

  private static add(book: Map<string, Decimal>, asset: string, amount: Decimal): void {
    book.set(asset, (book.get(asset) ?? Decimal.ZERO).add(amount));
  }

  /** Locks `amount` of what the order will give away. The caller has checked that it is free. */
  reserve(order: EngineOrder, asset: string, amount: Decimal): void {
    order.account.lock(asset, amount);
    order.lockedAsset = asset;
    order.locked = amount;
  }

  /** Gives back what is still locked for an order that has ended. */
  release(order: EngineOrder): void {
    order.account.unlock(order.lockedAsset, order.locked);
    order.locked = Decimal.ZERO;
  }

  /** One side of one trade: pays from the locked amount, receives, pays the fee. */
  settle(order: EngineOrder, instrument: VenueInstrument, price: Decimal, quantity: Decimal, maker: boolean): Fee {
    const { account, request } = order;
    const quote = price.mul(quantity);
    if (request.side === 'BUY') {
      account.debitLocked(instrument.quote, quote);
      // A limit order locked its own price; what the trade was cheaper by is free again at once.
      const locked = request.price !== null && request.type === 'LIMIT' ? request.price.mul(quantity) : quote;
      account.unlock(instrument.quote, locked.sub(quote));
      order.locked = order.locked.sub(locked);
      account.credit(instrument.base, quantity);
      return this.charge(order, instrument, instrument.base, quantity, price, maker);
    }
    account.debitLocked(instrument.base, quantity);
    order.locked = order.locked.sub(quantity);
    account.credit(instrument.quote, quote);
    return this.charge(order, instrument, instrument.quote, quote, price, maker);
  }

  private charge(
    order: EngineOrder,
    instrument: VenueInstrument,
    received: string,
    amount: Decimal,
    price: Decimal,
    maker: boolean,
  ): Fee {
    const { account } = order;
    const rate = maker ? account.makerFee : account.takerFee;
    const plain = truncate(amount.mul(rate));
    const other = this.inFeeAsset(order, instrument, received === instrument.quote ? plain : plain.mul(price));
    const fee = other ?? { amount: plain, asset: received };
    if (fee.amount.isPositive()) account.debit(fee.asset, fee.amount);
    else account.credit(fee.asset, fee.amount.neg());
    Settlement.add(this.fees, fee.asset, fee.amount);
    return fee;
  }

  /** The fee in the account's own fee asset; null when it has none, cannot pay it, or nobody knows its price. Rebates stay in the received asset. */
  private inFeeAsset(order: EngineOrder, instrument: VenueInstrument, feeInQuote: Decimal): Fee | null {
    const asset = order.account.feeAsset;
    if (asset === null || !feeInQuote.isPositive()) return null;
    const price = asset === instrument.quote ? Decimal.ONE : this.lastPrice(`${asset}/${instrument.quote}`);
    if (price === null) return null;
    const amount = feeInQuote.div(price, FEE_DECIMALS, 'up');
    return order.account.free(asset).gte(amount) ? { amount, asset } : null;
  }

  /** The house's side of a trade with an account. */
  settleHouse(instrument: VenueInstrument, houseBuys: boolean, price: Decimal, quantity: Decimal): void {
    const quote = price.mul(quantity);
    Settlement.add(this.house, instrument.base, houseBuys ? quantity : quantity.neg());
    Settlement.add(this.house, instrument.quote, houseBuys ? quote.neg() : quote);
  }
}

function truncate(amount: Decimal): Decimal {
  return amount.decimals() <= FEE_DECIMALS ? amount : Decimal.from(amount.toFixed(FEE_DECIMALS));
}
