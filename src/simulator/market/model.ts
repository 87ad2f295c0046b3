// A living market for one instrument: several makers quote around a drifting fair price, takers arrive at random, now and then a large one.
// All of it is the house's hand in the venue, driven by the clock and one seed. Prices are modelled in floats and become exact ticks before they leave.

import { Decimal } from '../../domain/decimal.ts';
import type { Clock, Timer } from '../../seam/clock.ts';
import type { Random } from '../../seam/random.ts';
import type { House, HouseQuote } from '../engine/house.ts';
import type { MatchingVenue } from '../engine/venue.ts';
import type { Side, VenueInstrument } from '../venue.ts';

interface MarketModelOptions {
  readonly venue: MatchingVenue;
  readonly clock: Clock;
  readonly random: Random;
  readonly symbol: string;
  readonly startPrice: Decimal;
  /** 1: about ten book changes and three trades a second. Default 1. */
  readonly activity?: number;
}

/** How one maker quotes. Distances are fractions of the price, sizes are in quote currency. */
interface Maker {
  readonly levels: number;
  readonly nearest: number;
  readonly gap: number;
  readonly size: number;
  /** How often it is this maker's turn, relative to the others. */
  readonly weight: number;
}

const BASIS_POINT = 0.0001;
const MAKERS: readonly Maker[] = [
  { levels: 2, nearest: 0.05 * BASIS_POINT, gap: 0.2 * BASIS_POINT, size: 1500, weight: 6 },
  { levels: 5, nearest: 0.4 * BASIS_POINT, gap: 0.6 * BASIS_POINT, size: 4000, weight: 4 },
  { levels: 10, nearest: 2 * BASIS_POINT, gap: 2.5 * BASIS_POINT, size: 9000, weight: 2 },
  { levels: 12, nearest: 20 * BASIS_POINT, gap: 18 * BASIS_POINT, size: 40_000, weight: 1 },
];
const WEIGHTS = MAKERS.reduce((sum, maker) => sum + maker.weight, 0);

const MEAN_STEP_MS = 100;
/** Of the fair price, per square root of a 100 ms step. */
const VOLATILITY = 0.5 * BASIS_POINT;
/** Pull back to the start price per step: at a time of one's choice the price is some six per cent from it (one standard deviation). */
const REVERSION = 1e-5;
const TAKER_CHANCE = 0.3;
const TAKER_SIZE = 300;
const SWEEP_CHANCE = 0.01;
const SWEEP_SIZE = 30_000;

interface MakerBook {
  readonly maker: Maker;
  readonly quotes: Record<Side, (HouseQuote | null)[]>;
}

export class MarketModel {
  readonly symbol: string;
  private readonly house: House;
  private readonly instrument: VenueInstrument;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly activity: number;
  private readonly tick: number;
  private readonly lot: number;
  /** Natural logarithms: a step up and a step down of the same size cancel out. */
  private readonly home: number;
  private fair: number;
  private drift = 0;
  private readonly makers: readonly MakerBook[];
  private timer: Timer | null = null;

  constructor(options: MarketModelOptions) {
    const instrument = options.venue.instruments.get(options.symbol);
    if (instrument === undefined) throw new RangeError(`the venue does not list ${options.symbol}`);
    this.symbol = options.symbol;
    this.house = options.venue.house;
    this.instrument = instrument;
    this.clock = options.clock;
    this.random = options.random;
    this.activity = options.activity ?? 1;
    this.tick = instrument.tickSize.toNumber();
    this.lot = instrument.lotSize.toNumber();
    this.home = Math.log(options.startPrice.toNumber());
    this.fair = this.home;
    this.makers = MAKERS.map((maker) => ({
      maker,
      quotes: {
        BUY: Array.from({ length: maker.levels }, () => null),
        SELL: Array.from({ length: maker.levels }, () => null),
      },
    }));
  }

  /** The price that the makers believe in, for displays. */
  get fairPrice(): number {
    return Math.exp(this.fair);
  }

  /** Fills the book and prints a first trade each way, without starting the clockwork. */
  open(): void {
    this.house.step(() => {
      for (const book of this.makers) this.refresh(book);
      this.house.take(this.symbol, 'BUY', null, this.instrument.minQuantity);
      this.house.take(this.symbol, 'SELL', null, this.instrument.minQuantity);
    });
  }

  start(): void {
    if (this.timer !== null) return;
    // Exponential gaps: arrivals of many independent participants.
    const gap = (-Math.log(1 - this.random.next()) * MEAN_STEP_MS) / this.activity;
    this.timer = this.clock.after(gap, () => {
      this.timer = null;
      this.step();
      this.start();
    });
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  /** One turn of the market: the fair price moves, one maker looks after its quotes, perhaps a taker comes. */
  step(): void {
    this.drift = this.drift * 0.98 + this.normal() * VOLATILITY * 0.1;
    this.fair += this.normal() * VOLATILITY + this.drift - (this.fair - this.home) * REVERSION;
    this.house.step(() => {
      this.refresh(this.pickMaker());
      if (this.random.next() < TAKER_CHANCE) this.takerComes();
    });
  }

  private pickMaker(): MakerBook {
    let draw = this.random.next() * WEIGHTS;
    for (const book of this.makers) {
      draw -= book.maker.weight;
      if (draw < 0) return book;
    }
    throw new Error('a market model needs makers');
  }

  private refresh({ maker, quotes }: MakerBook): void {
    const fair = Math.exp(this.fair);
    for (const side of ['BUY', 'SELL'] as const) {
      const slots = quotes[side];
      const sign = side === 'BUY' ? -1 : 1;
      for (let index = 0; index < slots.length; index++) {
        const distance =
          Math.max(maker.nearest * fair, this.tick * 0.5) + Math.max(maker.gap * fair, this.tick) * index;
        const wanted = fair + sign * distance * (0.9 + this.random.next() * 0.2);
        const standing = slots[index] ?? null;
        if (standing !== null && standing.remaining().isPositive()) {
          const off = Math.abs(standing.price.toNumber() - wanted);
          if (off <= Math.max(distance * 0.25, this.tick)) continue;
          this.house.withdraw(this.symbol, standing);
        }
        slots[index] = this.house.quote(this.symbol, side, this.priceAt(wanted, side), this.sizeOf(maker.size, fair));
      }
    }
  }

  private takerComes(): void {
    const side: Side =
      this.random.next() < 0.5 + Math.max(-0.2, Math.min(0.2, this.drift / VOLATILITY)) ? 'BUY' : 'SELL';
    const size = this.random.next() < SWEEP_CHANCE ? SWEEP_SIZE : TAKER_SIZE;
    this.house.take(this.symbol, side, null, this.sizeOf(size, Math.exp(this.fair)));
  }

  /** Bids are rounded down and asks up, so that rounding never closes the spread. */
  private priceAt(price: number, side: Side): Decimal {
    const ticks = side === 'BUY' ? Math.floor(price / this.tick + 1e-9) : Math.ceil(price / this.tick - 1e-9);
    return this.instrument.tickSize.mul(Decimal.from(Math.max(1, ticks)));
  }

  /** Log-normal around `quote` worth of the instrument, whole lots, at least one. */
  private sizeOf(quote: number, price: number): Decimal {
    const base = (quote / price) * Math.exp(this.normal() * 0.8);
    return this.instrument.lotSize.mul(Decimal.from(Math.max(1, Math.round(base / this.lot))));
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random.next())) * Math.cos(2 * Math.PI * this.random.next());
  }
}
