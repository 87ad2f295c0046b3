// Market: one symbol's live order book, without keys. Reads its options, calls its callbacks in order, and is the public face of a book keeper.
// How the book is kept is market/book-keeper.ts's part; how a stream is followed without gaps is each exchange's.

import type { TradeError } from './domain/errors.ts';
import type { Orderbook } from './domain/order.ts';
import type { Platform } from './domain/platform.ts';
import type { Exchange, ExchangeEnvironment } from './exchanges/exchange.ts';
import { BookKeeper } from './market/book-keeper.ts';
import type { MarketEventWords } from './market/market-event.ts';
import {
  readMarketOptions,
  type MarketCallbacks,
  type MarketInfo,
  type MarketOptions,
} from './market/market-options.ts';
import { Callbacks, tellThrown } from './orders/callbacks.ts';
import { DEFAULT_TIMINGS } from './orders/trade-options.ts';
import { marketEnvironment } from './runtime/assembly/environment.ts';

/** What a Market stands on; a Trade's environment will do. */
export interface MarketEnvironment extends ExchangeEnvironment {
  /** Throws RangeError for a platform it does not know. */
  exchange(platform: Platform): Exchange;
  /** Absent: nobody closes what is left open. */
  readonly markets?: OpenMarkets;
}

/** Keeps the list of markets that are open in this process, so that stopping it closes them. */
interface OpenMarkets {
  /** Returns the way to leave. */
  add(market: { close(): Promise<void> }): () => void;
}

export class Market {
  readonly platform: Platform;
  readonly symbol: string;
  /** Resolves with true when the first book stands, with false when there will be none (unknown symbol, closed); never rejects. */
  readonly ready: Promise<boolean>;
  // Out of sight of whoever prints a Market: with these it shares what Trades have.
  readonly #environment: MarketEnvironment;
  readonly #keeper: BookKeeper;
  private readonly given: MarketCallbacks;
  private readonly info: MarketInfo;
  private readonly callbacks: Callbacks;
  private readonly leave: () => void;
  private resolveReady: (success: boolean) => void = () => undefined;
  /** A call of onOrderbookUpdate is on its way; it will bring whatever is newest then. */
  private isUpdateDue = false;
  private isClosed = false;
  private closing: Promise<void> = Promise.resolve();

  /**
   * Connects at once, and heals by itself from then on: an exchange that cannot be reached is tried for ever.
   * @param environment for simulations and tests; default: the real world
   * @throws TypeError, RangeError that name the option that is missing or wrong
   */
  constructor(options: MarketOptions, environment: MarketEnvironment = marketEnvironment()) {
    const { info, depth, callbacks } = readMarketOptions(options);
    const exchange = environment.exchange(info.platform);
    const endpoints = exchange.endpoints(options.endpoints);
    const { clock, random } = environment;
    this.given = callbacks;
    this.#environment = environment;
    this.info = info;
    this.platform = info.platform;
    this.symbol = info.symbol;
    this.callbacks = new Callbacks((thrown) => this.onThrown(thrown));
    this.ready = new Promise((resolve) => {
      this.resolveReady = resolve;
    });
    this.#keeper = new BookKeeper({
      info,
      depth,
      market: exchange.openMarket({ endpoints, requestTimeout: DEFAULT_TIMINGS.requestTimeout }, environment),
      clock,
      random,
      handlers: {
        onChange: () => this.onChange(),
        onEvent: (event) => this.onEvent(event),
        onError: (error) => this.onError(error),
        onFatal: () => this.resolveReady(false),
      },
    });
    this.leave = environment.markets?.add(this) ?? (() => undefined);
    // Not before the caller has its Market: callbacks may use it.
    queueMicrotask(() => this.#keeper.start());
  }

  /** The newest book, frozen, best first; null before the first one and while the stream may have missed something. */
  get orderbook(): Orderbook | null {
    return this.#keeper.orderbook;
  }

  /** Stops the stream, and resolves when it is closed, whoever closed it first. Of the callbacks only onConnection's last 'close' may still come. */
  close(): Promise<void> {
    if (!this.isClosed) {
      this.isClosed = true;
      this.closing = this.end();
    }
    return this.closing;
  }

  private async end(): Promise<void> {
    this.leave();
    await this.#keeper.close();
    this.resolveReady(false);
  }

  private onChange(): void {
    this.resolveReady(true);
    const { onOrderbookUpdate } = this.given;
    if (onOrderbookUpdate === undefined || this.isUpdateDue) return;
    this.isUpdateDue = true;
    // After everything that came in the same breath: a snapshot and the changes held for it are one update.
    queueMicrotask(() => {
      this.callbacks.call(() => {
        this.isUpdateDue = false;
        const book = this.orderbook;
        return book === null ? undefined : onOrderbookUpdate(book);
      });
    });
  }

  private onEvent(event: MarketEventWords): void {
    const { onConnection } = this.given;
    if (onConnection === undefined) return;
    const told = { ...event, stream: 'market', at: this.#environment.clock.now() } as const;
    this.tell(() => onConnection(told, this.info));
  }

  private onError(error: TradeError): void {
    this.#environment.log.error(error.message, { err: error, ...this.info });
    const { onError } = this.given;
    if (onError !== undefined) this.tell(() => onError(error, this.info));
  }

  /** What still waits for its turn when the market is closed is news of one that nobody follows any more. */
  private tell(callback: () => unknown): void {
    const wasClosed = this.isClosed;
    this.callbacks.call(() => (this.isClosed && !wasClosed ? undefined : callback()));
  }

  private onThrown(thrown: unknown): void {
    const { onError } = this.given;
    tellThrown(thrown, this.callbacks, {
      whose: 'market',
      info: this.info,
      log: this.#environment.log,
      onError: onError && ((error) => (this.isClosed ? undefined : onError(error, this.info))),
    });
  }
}
