// Plays a recording of a real market into the venue, at its own pace or faster, over and over.
// What each recorded event does to the book and to accounts' orders is in recorded-book.ts; reading the file in recording-reader.ts.

import type { Clock, Timer } from '../../seam/clock.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { MatchingVenue } from '../engine/venue.ts';
import type { Level, Side } from '../venue.ts';
import { RecordedBook } from './recorded-book.ts';
import type { RecordedEvent } from './recording.ts';

export interface ReplayOptions {
  readonly venue: MatchingVenue;
  readonly clock: Clock;
  readonly symbol: string;
  /** Opens the recording from its beginning; called once per round. */
  readonly read: () => AsyncIterable<readonly RecordedEvent[]>;
  /** 2 plays twice as fast. Default 1. */
  readonly speed?: number;
  /**
   * How much of the beginning (ms on the recording's clock) is only used to learn the book, since a recording of a stream need not begin with a
   * snapshot: each round starts with the book as it stands after that. Default 5000.
   */
  readonly warmUpMs?: number;
  /** Told about every promise that waits for the disk: a virtual clock stands still meanwhile (`VirtualClock.hold`). */
  readonly hold?: (work: Promise<unknown>) => void;
  /** The recording could not be read on; the market stands still from then on. Without it `ready` rejects, or once it has resolved, the error is thrown from a timer. */
  readonly onError?: (error: unknown) => void;
  /** Rounds to play; default: without end. */
  readonly rounds?: number;
}

/** Events closer together than this are played together. */
const GRAIN_MS = 0.5;

export class Replay {
  private readonly options: ReplayOptions;
  private readonly book: RecordedBook;
  private readonly speed: number;
  private timer: Timer | null = null;
  private stopped = false;
  private playing: Promise<void> | null = null;
  private reading: AsyncIterator<readonly RecordedEvent[]> | null = null;
  private roundCount = 0;
  private readyNow: () => void = () => undefined;
  private neverReady: (error: unknown) => void = () => undefined;
  private isOpen = false;
  /** Resolves when the first round's book stands; where it never will, with `onError` told, else it rejects. */
  readonly ready: Promise<void>;

  constructor(options: ReplayOptions) {
    this.options = options;
    this.book = new RecordedBook(options.venue.house, options.symbol);
    this.speed = options.speed ?? 1;
    this.ready = new Promise((resolve, reject) => {
      this.readyNow = resolve;
      this.neverReady = reject;
    });
    // Whoever waits for it is told; it may come before anybody does.
    this.ready.catch(() => undefined);
  }

  /** How many rounds were begun. */
  get rounds(): number {
    return this.roundCount;
  }

  start(): void {
    this.playing ??= this.play().catch((error: unknown) => this.fail(error));
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    this.readyNow();
    // Closes the file; what it still had to say is of no interest.
    void this.reading?.return?.();
  }

  private fail(error: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    const { onError } = this.options;
    if (onError !== undefined) {
      this.readyNow();
      onError(error);
    } else if (!this.isOpen) this.neverReady(error);
    else {
      this.options.clock.after(0, () => {
        throw error;
      });
    }
  }

  private async play(): Promise<void> {
    const limit = this.options.rounds ?? Number.POSITIVE_INFINITY;
    while (!this.stopped && this.roundCount < limit) {
      this.roundCount++;
      await this.playRound();
    }
  }

  private async playRound(): Promise<void> {
    const { clock, symbol } = this.options;
    const reading = this.options.read()[Symbol.asyncIterator]();
    this.reading = reading;
    const beginning = new Beginning(this.options.warmUpMs ?? 5000);
    let startedAt = clock.monotonic();
    let playedAny = false;
    for (;;) {
      const next = reading.next();
      this.options.hold?.(next);
      const batch = await next;
      if (this.stopped) return;
      if (batch.done === true) break;
      for (const event of batch.value) {
        if (event.symbol !== symbol) continue;
        if (beginning.learns(event)) continue;
        if (!playedAny) {
          playedAny = true;
          startedAt = clock.monotonic();
          this.open(beginning);
        }
        const due = startedAt + (event.time - beginning.endTime) / this.speed;
        if (due - clock.monotonic() > GRAIN_MS) await this.wait(due - clock.monotonic());
        if (this.stopped) return;
        this.book.apply(event);
      }
    }
    if (!playedAny)
      throw new Error(`the recording ends before its book is known (${symbol}, ${beginning.warmUpMs} ms)`);
  }

  /** Lays out the learned book; the last trade of the beginning tells the price. */
  private open(beginning: Beginning): void {
    const { house } = this.options.venue;
    house.step(() => {
      this.book.reset(beginning.levels('BUY'), beginning.levels('SELL'));
      if (beginning.lastTrade !== null) this.book.apply(beginning.lastTrade);
    });
    this.isOpen = true;
    this.readyNow();
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.timer = this.options.clock.after(ms, resolve);
    });
  }
}

/** The book as the first seconds of a recording tell it, without anybody watching. */
class Beginning {
  readonly warmUpMs: number;
  lastTrade: Extract<RecordedEvent, { kind: 'trade' }> | null = null;
  private readonly sides: Record<Side, Map<string, Level>> = { BUY: new Map(), SELL: new Map() };
  private startTime: number | null = null;
  private lastTop: Extract<RecordedEvent, { kind: 'top' }> | null = null;
  private over = false;

  constructor(warmUpMs: number) {
    this.warmUpMs = warmUpMs;
  }

  /** When the recording proper begins, on the recording's clock. */
  get endTime(): number {
    return (this.startTime ?? 0) + this.warmUpMs;
  }

  /** Takes the event in, unless the beginning is over. */
  learns(event: RecordedEvent): boolean {
    this.startTime ??= event.time;
    if (this.over || event.time >= this.endTime) {
      this.over = true;
      return false;
    }
    if (event.kind === 'trade') this.lastTrade = event;
    else if (event.kind === 'top') this.learnTop(event);
    else this.learnBook(event);
    return true;
  }

  private learnTop(event: Extract<RecordedEvent, { kind: 'top' }>): void {
    this.lastTop = event;
    this.set('BUY', event.bid);
    this.set('SELL', event.ask);
    this.drop('BUY', (price) => price.gt(event.bid[0]));
    this.drop('SELL', (price) => price.lt(event.ask[0]));
  }

  private learnBook(event: Extract<RecordedEvent, { kind: 'book' }>): void {
    if (event.snapshot) this.drop('BUY', () => true);
    if (event.snapshot) this.drop('SELL', () => true);
    for (const level of event.bids) this.set('BUY', level);
    for (const level of event.asks) this.set('SELL', level);
    if (this.lastTop !== null && this.lastTop.updateId > (event.updateId ?? 0)) this.learnTop(this.lastTop);
  }

  levels(side: Side): Level[] {
    return [...this.sides[side].values()];
  }

  private set(side: Side, level: Level): void {
    if (level[1].isZero()) this.sides[side].delete(level[0].toString());
    else this.sides[side].set(level[0].toString(), level);
  }

  private drop(side: Side, gone: (price: Decimal) => boolean): void {
    for (const [key, [price]] of this.sides[side]) if (gone(price)) this.sides[side].delete(key);
  }
}
