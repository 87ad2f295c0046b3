// A recorded market laid into the venue's book: levels become the house's, recorded trades walk the queues, accounts' orders stand among them.
// The rules of who is filled when are stated here; when each event is due is replay.ts's business.

import { Decimal } from '../../domain/decimal.ts';
import type { House, Taken } from '../engine/house.ts';
import { opposite } from '../engine/matching.ts';
import type { Level, Side } from '../venue.ts';
import type { RecordedEvent } from './recording.ts';

/** For how long after a level shrank a trade may still be the reason, ms on the recording's clock. */
const EXPLAINED_MS = 1000;

/** What book updates took off one level, in the order of taking. */
interface Credit {
  readonly taken: Taken[];
  time: number;
}

/**
 * The rules, for an order of an account that rests at a price P:
 * - Ahead of it stands what the recording showed at P when the order came. A recorded trade at P takes from the front of that queue and,
 *   when it is used up, from the order.
 * - A level that shrinks without a trade shrinks from behind: the queue ahead gets shorter only as far as the level would not hold it otherwise.
 *   Book updates often come a moment before the trade that caused them; such a trade still counts as taken from the front.
 * - A recorded trade at a price beyond P fills the order completely, at P.
 * - Recorded liquidity of the other side that appears at P or beyond trades with the order at P, as far as it goes.
 * An account's aggressive order takes what the recording shows; what it took is missing until the recording's next update of that level.
 */
export class RecordedBook {
  private readonly house: House;
  private readonly symbol: string;
  /** What book updates took off a level and no trade has explained yet. */
  private readonly credits: Record<Side, Map<string, Credit>> = { BUY: new Map(), SELL: new Map() };
  private lastTop: Extract<RecordedEvent, { kind: 'top' }> | null = null;
  private lastBookId = 0;

  constructor(house: House, symbol: string) {
    this.house = house;
    this.symbol = symbol;
  }

  apply(event: RecordedEvent): void {
    this.house.step(() => {
      if (event.kind === 'trade') this.applyTrade(event.takerSide, event.price, event.quantity, event.time);
      else if (event.kind === 'top') this.applyTop(event);
      else this.applyBook(event);
    });
  }

  /** Starts over with these levels, in one step: what a gap from one price to another is to everybody who watches. */
  reset(bids: readonly Level[], asks: readonly Level[]): void {
    this.house.step(() => {
      this.lastTop = null;
      this.lastBookId = 0;
      this.credits.BUY.clear();
      this.credits.SELL.clear();
      this.replace('BUY', bids, 0);
      this.replace('SELL', asks, 0);
    });
  }

  private applyBook(event: Extract<RecordedEvent, { kind: 'book' }>): void {
    this.forgetOldCredits(event.time);
    if (event.snapshot) {
      this.replace('BUY', event.bids, event.time);
      this.replace('SELL', event.asks, event.time);
    } else {
      // First what gets less on either side, then what gets more: a book that moves never crosses itself on the way.
      for (const shrinking of [true, false]) {
        this.setAll('BUY', event.bids, event.time, shrinking);
        this.setAll('SELL', event.asks, event.time, shrinking);
      }
    }
    this.lastBookId = event.updateId ?? 0;
    // The best prices come on a faster stream: an older book update must not bring back what they already ruled out.
    if (this.lastTop !== null && this.lastTop.updateId > this.lastBookId) this.applyTop(this.lastTop);
  }

  private applyTop(event: Extract<RecordedEvent, { kind: 'top' }>): void {
    if (event.updateId <= this.lastBookId) return;
    this.lastTop = event;
    this.dropBetter('BUY', event.bid[0], event.time);
    this.dropBetter('SELL', event.ask[0], event.time);
    for (const shrinking of [true, false]) {
      this.setAll('BUY', [event.bid], event.time, shrinking);
      this.setAll('SELL', [event.ask], event.time, shrinking);
    }
  }

  private applyTrade(takerSide: Side, price: Decimal, quantity: Decimal, time: number): void {
    const side = opposite(takerSide);
    for (const { orderId } of this.house.ordersBetterThan(this.symbol, side, price))
      this.house.fillOrder(orderId, null);
    const restored = this.useCredit(side, price, quantity, time);
    this.house.replayTrade(this.symbol, takerSide, price, quantity, restored);
  }

  private replace(side: Side, levels: readonly Level[], time: number): void {
    const wanted = new Set(levels.map(([price]) => price.toString()));
    for (const price of this.house.prices(this.symbol, side)) {
      if (!wanted.has(price.toString())) this.set(side, price, Decimal.ZERO, time);
    }
    for (const [price, quantity] of levels) this.set(side, price, quantity, time);
  }

  private setAll(side: Side, levels: readonly Level[], time: number, shrinking: boolean): void {
    for (const [price, quantity] of levels) {
      if (quantity.lt(this.house.levelQuantity(this.symbol, side, price)) === shrinking)
        this.set(side, price, quantity, time);
    }
  }

  private set(side: Side, price: Decimal, quantity: Decimal, time: number): void {
    const taken = this.house.setLevel(this.symbol, side, price, quantity);
    if (taken.length === 0) return;
    const key = price.toString();
    const credit = this.credits[side].get(key);
    if (credit === undefined) this.credits[side].set(key, { taken: [...taken], time });
    else {
      credit.taken.push(...taken);
      credit.time = time;
    }
  }

  private dropBetter(side: Side, best: Decimal, time: number): void {
    const better: Decimal[] = [];
    for (const price of this.house.prices(this.symbol, side)) {
      if (side === 'BUY' ? price.lte(best) : price.gte(best)) break;
      better.push(price);
    }
    for (const price of better) this.set(side, price, Decimal.ZERO, time);
  }

  /** Of what was taken off the level lately, as much as this trade explains; nearest to the front first. */
  private useCredit(side: Side, price: Decimal, quantity: Decimal, time: number): Taken[] {
    const credit = this.credits[side].get(price.toString());
    if (credit === undefined || time - credit.time > EXPLAINED_MS) return [];
    const used: Taken[] = [];
    let left = quantity;
    for (let last = credit.taken.at(-1); last !== undefined && left.isPositive(); last = credit.taken.at(-1)) {
      const amount = Decimal.min(last.amount, left);
      left = left.sub(amount);
      used.push({ amount, before: last.before });
      last.amount = last.amount.sub(amount);
      if (last.amount.isZero()) credit.taken.pop();
    }
    return used;
  }

  private forgetOldCredits(time: number): void {
    for (const credits of Object.values(this.credits)) {
      for (const [key, credit] of credits) {
        if (time - credit.time > EXPLAINED_MS || credit.taken.length === 0) credits.delete(key);
      }
    }
  }
}
