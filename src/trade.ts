// Trade: what a strategy holds - one symbol of one account on one platform. Reads its options, calls its callbacks in order, and is the
// public face of a desk. Everything about orders happens in orders/.

import { counted } from './domain/counted.ts';
import type { TradeError, Result } from './domain/errors.ts';
import type { SymbolRules } from './domain/instrument.ts';
import { kindOf } from './domain/kind-of.ts';
import type { LiveTrade } from './domain/live-trade.ts';
import type { Assets, Fill, Order, OrderAction, Orderbook } from './domain/order.ts';
import type { Platform } from './domain/platform.ts';
import type { Position } from './domain/position.ts';
import type { TradeEnvironment } from './orders/environment.ts';
import type { EndpointsOf, RestApis } from './exchanges/index.ts';
import { Callbacks, tellThrown } from './orders/callbacks.ts';
import type { ConnectionEvent } from './orders/connection-event.ts';
import { Desk } from './orders/desk.ts';
import { fillChannel, orderUpdateChannel } from './orders/diagnostics.ts';
import { readOrderRequest, type Amount, type CreateOrderOptions } from './orders/order-request.ts';
import type { TradeStats } from './orders/stats.ts';
import {
  readTradeOptions,
  type TradeCallbacks,
  type TradeInfo,
  type TradeOptions as OptionsWith,
} from './orders/trade-options.ts';
import { defaultEnvironment } from './runtime/assembly/environment.ts';

const DEFAULT_DEPTH = 20;

/** With the names of the platform's own URLs. */
export type TradeOptions<P extends Platform = Platform> = OptionsWith<P, EndpointsOf<P>>;

export class Trade<P extends Platform = Platform> {
  readonly strategy: string;
  readonly platform: P;
  readonly symbol: string;
  readonly account: string;
  /** Resolves with onInit's success, after onInit returned (so onInit itself must not await it); never rejects. */
  readonly ready: Promise<boolean>;
  // Out of sight of whoever prints a Trade: from these a way leads to the account's keys.
  readonly #callbacks: TradeCallbacks;
  readonly #environment: TradeEnvironment;
  readonly #desk: Desk;
  private readonly callbacks: Callbacks;
  private readonly info: TradeInfo;
  private readonly leave: () => void;
  private resolveReady: (success: boolean) => void = () => undefined;
  private isClosed = false;
  private closing: Promise<void> = Promise.resolve();
  private isInit = false;
  private readonly isRevokedAtStop: boolean;

  /**
   * Connects at once and calls `onInit` when everything is loaded.
   * @param environment for simulations and tests; default: the real world
   * @throws TypeError, RangeError that name the option that is missing or wrong
   */
  constructor(options: TradeOptions<P>, environment: TradeEnvironment = defaultEnvironment()) {
    const read = readTradeOptions(options);
    const exchange = environment.exchange(options.platform);
    exchange.checkCredentials(read);
    // Which names are right is the compiler's to say; the exchange checks what comes past it.
    const { endpoints: given }: TradeOptions = options;
    const endpoints = exchange.endpoints(given);
    const { place, accessKey, secretKey, passphrase, timings, unfinishedOrders, tradeDuringGaps, callbacks } = read;
    this.#callbacks = callbacks;
    this.#environment = environment;
    this.strategy = place.strategy;
    this.platform = options.platform;
    this.symbol = place.symbol;
    this.isRevokedAtStop = unfinishedOrders.stop === 'revoke';
    this.account = place.account;
    this.info = place;
    this.callbacks = new Callbacks((error) => this.onThrown(error));
    this.ready = new Promise((resolve) => {
      this.resolveReady = resolve;
    });
    this.#desk = new Desk({
      place,
      exchange,
      config: { account: place.account, accessKey, secretKey, passphrase, endpoints, timings },
      environment,
      unfinishedOrders,
      tradeDuringGaps,
      handlers: {
        onOrder: (order, receivedAt, delivered) => this.onOrder(order, receivedAt, delivered),
        onFill: (fill, receivedAt, delivered) => this.onFill(fill, receivedAt, delivered),
        onAssets: (assets) => this.call(callbacks.onAssetUpdate, assets),
        onConnection: (event) => this.onConnection(event),
        onError: (error) => this.onError(error),
        onReady: (error) => this.onReady(error),
      },
    });
    const live: LiveTrade = {
      place: { ...place, accessKey, secretKey, passphrase, endpoints, unfinishedOrders },
      closeGate: () => this.#desk.closeGate(),
      settle: () => this.#desk.settle(),
      unfinished: () => this.#desk.unfinished(),
      revokeAtStop: (timeLimitMs) => this.#desk.revokeAtStop(timeLimitMs),
      close: () => this.close(),
    };
    this.leave = environment.trades?.add(live) ?? (() => undefined);
    // Not before the caller has its Trade: callbacks may use it.
    queueMicrotask(() => this.#desk.start());
  }

  /**
   * Places an order. Resolves with the exchange's order id, or says why there is none; with kind `in-doubt` the order may exist and is being
   * looked up - the strategy hears through onOrderUpdate.
   * @param price null for MARKET orders
   * @param quantity in the base asset; null when `quoteQuantity` is given
   * @throws TypeError, RangeError when an argument is of the wrong type
   */
  createOrder(
    action: OrderAction,
    price: Amount | null,
    quantity: Amount | null,
    options?: CreateOrderOptions,
  ): Promise<Result<string>> {
    return this.#desk.createOrder(readOrderRequest(action, price, quantity, options));
  }

  /**
   * Cancels and confirms. Resolves with the ids revoked. Given one id that fails, the error is that order's; with several or none it is a
   * RevokeError that lists what was revoked and what failed.
   * @param orderIds none: every unfinished order of the symbol, whoever placed it (or only one's own: option `unfinishedOrders.whose`)
   */
  revokeOrder(...orderIds: string[]): Promise<Result<string[]>> {
    for (const id of orderIds) {
      if (typeof id !== 'string') {
        const remedy = Array.isArray(id) ? '; give the ids one by one: revokeOrder(...ids)' : '';
        throw new TypeError(`revokeOrder: order ids are strings, got ${kindOf(id)}${remedy}`);
      }
      if (id === '') throw new TypeError('revokeOrder: an order id is empty; to revoke every order, pass none');
    }
    return this.#desk.revokeOrder(orderIds);
  }

  /** The ids of the unfinished orders, asked of the exchange. */
  getOpenOrderIds(): Promise<Result<string[]>> {
    return this.#desk.getOpenOrderIds();
  }

  /** @param depth at most so many levels of each side; fewer where the exchange offers no more */
  getOrderbook(depth: number = DEFAULT_DEPTH): Promise<Result<Orderbook>> {
    if (typeof depth !== 'number') throw new TypeError(`getOrderbook: depth must be a number, got ${kindOf(depth)}`);
    if (!Number.isInteger(depth) || depth < 1)
      throw new RangeError(`getOrderbook: depth must be a whole number above 0, got ${depth}`);
    return this.#desk.getOrderbook(depth);
  }

  /** The unfinished orders known right now, by order id (by client order id until the exchange's is known). */
  get orders(): ReadonlyMap<string, Order> {
    return this.#desk.manager.view;
  }

  /** Last known position; null on spot. */
  get position(): Position | null {
    return null;
  }

  /** Last known balances. */
  get assets(): Assets {
    return this.#desk.assets;
  }

  /** What orders of the symbol must keep to, as the exchange says now; null until it is known: before onInit's success. */
  get rules(): SymbolRules | null {
    return this.#desk.symbolRules;
  }

  /** The platform's raw REST client, in the exchange's own words. */
  get restApi(): RestApis[P] {
    // An account's client is that of its platform; the port only cannot say so.
    return this.#desk.restApi as RestApis[P];
  }

  /** When the view was last proven equal to the exchange's (our clock, ms); null before the first time. */
  get lastProof(): number | null {
    return this.#desk.lastProof;
  }

  /** The process is stopping: no new order is taken, revoking works. */
  get stopping(): boolean {
    return this.#desk.isGateClosed;
  }

  /** Counts since the start, and delays of the last minute. */
  stats(): TradeStats {
    return this.#desk.stats.read(this.#desk.manager.tracker.size);
  }

  /** Stops streams, and resolves when they are closed, whoever closed them first. Does not touch orders. */
  close(): Promise<void> {
    if (!this.isClosed) {
      this.isClosed = true;
      this.closing = this.end();
    }
    return this.closing;
  }

  private async end(): Promise<void> {
    this.warnOfUnfinished();
    this.leave();
    await this.#desk.close();
    this.resolveReady(this.isInit);
  }

  /** A stop that follows has nobody left who could revoke them. */
  private warnOfUnfinished(): void {
    const { platform, account, symbol } = this.info;
    const left = this.#desk.unfinished();
    if (left.length === 0 || this.stopping || !this.isRevokedAtStop) return;
    const what = `closed with ${counted(left.length, 'unfinished order')} (${left.join(', ')})`;
    this.#environment.log.warn(
      `${account} ${platform} ${symbol}: ${what}, which a stop of the process will not revoke`,
    );
  }

  // The way to the strategy: one callback at a time.

  private call<A>(callback: ((argument: A) => unknown) | undefined, argument: A): void {
    if (callback !== undefined) this.callbacks.call(() => callback(argument));
  }

  private onOrder(order: Order, receivedAt: number, delivered: (() => void) | null): void {
    // It is not told, so the next process will.
    if (this.isClosed) return;
    const { onOrderUpdate } = this.#callbacks;
    this.#desk.stats.updates++;
    if (orderUpdateChannel.hasSubscribers) orderUpdateChannel.publish({ order, receivedAt });
    if (onOrderUpdate === undefined && delivered === null) return;
    this.callbacks.call(() => {
      this.#desk.stats.delivered(receivedAt);
      delivered?.();
      return onOrderUpdate?.(order);
    });
  }

  private onFill(fill: Fill, receivedAt: number, delivered: () => void): void {
    if (this.isClosed) return;
    const { onFill } = this.#callbacks;
    this.#desk.stats.fills++;
    if (fillChannel.hasSubscribers) fillChannel.publish({ fill, receivedAt });
    this.callbacks.call(() => {
      delivered();
      return onFill?.(fill);
    });
  }

  private onConnection(event: ConnectionEvent): void {
    const { onConnection } = this.#callbacks;
    if (onConnection !== undefined) this.callbacks.call(() => onConnection(event, this.info));
  }

  private onError(error: TradeError): void {
    this.#environment.log.error(error.message, { err: error, ...this.info });
    const { onError } = this.#callbacks;
    if (onError !== undefined) this.callbacks.call(() => onError(error, { ...this.info, error }));
  }

  private onReady(error: TradeError | null): void {
    const { onInit } = this.#callbacks;
    const info: TradeInfo = error === null ? this.info : { ...this.info, error };
    const resolve = (): void => this.resolveReady(error === null);
    this.callbacks.call(() => {
      this.isInit = error === null;
      let answer: unknown;
      try {
        answer = onInit?.(error === null, info);
      } catch (thrown) {
        resolve();
        throw thrown;
      }
      if (answer instanceof Promise) return answer.finally(resolve);
      resolve();
      return undefined;
    });
  }

  private onThrown(thrown: unknown): void {
    const { onError } = this.#callbacks;
    tellThrown(thrown, this.callbacks, {
      whose: 'strategy',
      info: this.info,
      log: this.#environment.log,
      onError: onError && ((error) => onError(error, { ...this.info, error })),
    });
  }
}
