// Everything the dialect's parts share: the venue and its gateway, symbols, budgets, references, and who listens to what.
// One listener on the venue feeds them all, in a fixed order.

import type { Clock } from '../../seam/clock.ts';
import type { Random } from '../../seam/random.ts';
import { candlesWithPast } from '../candle-past.ts';
import type { DialectContext } from '../dialect.ts';
import type { CandleStore } from '../engine/candles.ts';
import type { Gateway } from '../gateway.ts';
import type { Venue, VenueEvent } from '../venue.ts';
import { aggTradesOf, type AggTrades } from './agg-trades.ts';
import type { BinanceOptions } from './options.ts';
import { cancelIdsOf, OpenOrders, type CancelIds } from './order-lookup.ts';
import { RateLimits } from './rate-limits.ts';
import { References } from './references.ts';
import { selfTradesOf, type SelfTrades } from './self-trades.ts';
import { Symbols } from './symbols.ts';
import { UserStreams } from './user-streams.ts';

export class Desk {
  readonly venue: Venue;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly random: Random;
  readonly options: BinanceOptions;
  readonly symbols: Symbols;
  readonly limits: RateLimits;
  readonly candles: CandleStore;
  readonly references: References;
  readonly aggTrades: AggTrades;
  readonly selfTrades: SelfTrades;
  readonly userStreams: UserStreams;
  readonly cancelIds: CancelIds;
  readonly openOrders: OpenOrders;
  /** Told of every trade and book change. */
  onMarket: ((event: Extract<VenueEvent, { type: 'trade' | 'book' }>) => void) | null = null;
  private readonly stopListening: () => void;

  constructor(context: DialectContext, options: BinanceOptions) {
    this.venue = context.venue;
    this.gateway = context.gateway;
    this.clock = context.clock;
    this.random = context.random;
    this.options = options;
    this.symbols = new Symbols(this.venue.instruments.values());
    this.limits = new RateLimits(options);
    this.candles = candlesWithPast(context, options.inventedMinutes);
    this.aggTrades = aggTradesOf(this.venue);
    this.stopListening = this.venue.listen((event) => {
      this.hear(event);
    });
    this.references = new References(this.venue, this.candles);
    this.selfTrades = selfTradesOf(this.venue);
    this.cancelIds = cancelIdsOf(this.venue);
    this.openOrders = new OpenOrders(this.venue);
    this.userStreams = new UserStreams({
      gateway: this.gateway,
      symbols: this.symbols,
      selfTrades: this.selfTrades,
      serverTime: () => this.serverTime(),
      options,
    });
  }

  /** The exchange's own clock, which a fault may set wrong. */
  serverTime(): number {
    return this.clock.now() + this.gateway.skew();
  }

  private hear(event: VenueEvent): void {
    switch (event.type) {
      case 'trade':
      case 'book':
        this.onMarket?.(event);
        return;
      case 'order-filled': {
        const { order, fill } = event;
        if (order.filled.eq(fill.quantity)) this.limits.firstFill(order.accountUid, fill.maker, this.serverTime());
        break;
      }
      default:
    }
    this.openOrders.note(event);
    this.selfTrades.note(event);
    this.userStreams.note(event);
  }

  close(): void {
    this.stopListening();
    this.userStreams.close();
  }
}
