// Trades of one aggressor at one price and time, put together (binance.md A11.2, aggTrade), numbered from 1 per symbol.
// Keeps the newest for the REST list; the stream hears each as soon as its engine step is over.

import type { Decimal } from '../../domain/decimal.ts';
import { PerVenue } from '../per-venue.ts';
import type { Side, Venue, VenueTrade } from '../venue.ts';

export interface AggTrade {
  readonly id: bigint;
  readonly symbol: string;
  readonly price: Decimal;
  quantity: Decimal;
  readonly firstTradeId: bigint;
  lastTradeId: bigint;
  readonly time: number;
  readonly takerSide: Side;
}

const KEPT = 1000;

interface Tape {
  done: AggTrade[];
  /** Still growing in this step. */
  current: AggTrade | null;
  nextId: bigint;
}

export class AggTrades {
  private readonly tapes = new Map<string, Tape>();
  /** Told of every finished one. */
  onTrade: ((trade: AggTrade) => void) | null = null;

  constructor(venue: Venue) {
    for (const symbol of venue.instruments.keys())
      for (const trade of venue.trades(symbol, Number.MAX_SAFE_INTEGER)) this.add(trade);
    venue.listen((event) => {
      if (event.type === 'trade') this.add(event.trade);
    });
  }

  private tape(symbol: string): Tape {
    let tape = this.tapes.get(symbol);
    if (tape === undefined) this.tapes.set(symbol, (tape = { done: [], current: null, nextId: 1n }));
    return tape;
  }

  private add(trade: VenueTrade): void {
    const tape = this.tape(trade.symbol);
    const { current } = tape;
    if (
      current !== null &&
      current.time === trade.time &&
      current.takerSide === trade.takerSide &&
      current.price.eq(trade.price)
    ) {
      current.quantity = current.quantity.add(trade.quantity);
      current.lastTradeId = trade.tradeId;
      return;
    }
    if (current === null) {
      queueMicrotask(() => {
        this.finish(tape);
      });
    } else this.finish(tape);
    const { symbol, price, quantity, tradeId, time, takerSide } = trade;
    tape.current = {
      id: tape.nextId++,
      symbol,
      price,
      quantity,
      firstTradeId: tradeId,
      lastTradeId: tradeId,
      time,
      takerSide,
    };
  }

  private finish(tape: Tape): void {
    const { current } = tape;
    if (current === null) return;
    tape.current = null;
    tape.done.push(current);
    if (tape.done.length > 2 * KEPT) tape.done = tape.done.slice(-KEPT);
    this.onTrade?.(current);
  }

  /** Oldest first. */
  list(symbol: string): readonly AggTrade[] {
    const tape = this.tape(symbol);
    return tape.current === null ? tape.done : [...tape.done, tape.current];
  }
}

const TRADES = new PerVenue<AggTrades>();

export function aggTradesOf(venue: Venue): AggTrades {
  return TRADES.of(venue, () => new AggTrades(venue));
}
