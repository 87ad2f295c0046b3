// One Binance account, put together: requests, the private stream, order entry, trading rules, and what the account itself is.
// Each part is a file of its own; here they meet.

import { BalanceSheet } from '../../domain/balance-sheet.ts';
import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Assets, Orderbook } from '../../domain/order.ts';
import { BINANCE } from '../../domain/platform.ts';
import { sleep } from '../../seam/clock.ts';
import type { ClockOffset } from '../../wire/clock-offset.ts';
import { PerHost, SharedAnswers } from '../../wire/per-host.ts';
import { Closing } from '../../wire/waited.ts';
import type {
  AccountConfig,
  AccountFeed,
  AccountFeedHandlers,
  ExchangeAccount,
  ExchangeEnvironment,
  Trading,
} from '../exchange.ts';
import { BinanceAccountFeed } from './account-feed.ts';
import { ACCOUNT_NAMES, assetsOf } from './decode.ts';
import { levelsOf } from './decode-market.ts';
import { balancesCall } from './encode.ts';
import { limitsPlaceOf } from './endpoints.ts';
import { isRow, number } from './frames.ts';
import { BinanceInstruments } from './instruments.ts';
import { BinanceLimits } from './limits.ts';
import { OrderSocket, type SocketContext } from './order-socket.ts';
import type { Account, ExchangeInfo } from './rest-rows.ts';
import { BinanceRequests } from './requests.ts';
import { BinanceRest, exchangeClock } from './rest.ts';
import { createSigner } from './sign.ts';
import { isFatalLogin, SocketApi } from './socket-api.ts';
import { BinanceTrading } from './trading.ts';

/** Between two questions whether a key works that was refused. */
const KEY_PAUSE_MS = 1_500;
/** The server pings every 20 s (A3.2): dead after one and a half of that without anything. */
const SILENCE_MS = 30_000;
const DEEPEST_BOOK = 5_000;
/** The same for all accounts of a process. */
const ANSWERS = new PerHost<SharedAnswers<ExchangeInfo>>();

export class BinanceAccount implements ExchangeAccount {
  readonly rest: BinanceRest;
  readonly feed: AccountFeed;
  readonly trading: Trading;
  readonly #stream: BinanceAccountFeed;
  readonly #orders: OrderSocket;
  readonly #environment: ExchangeEnvironment;
  readonly #time: ClockOffset;
  readonly #limits: BinanceLimits;
  readonly #instruments: BinanceInstruments;
  readonly #requests: BinanceRequests;
  readonly #balances = new BalanceSheet();
  readonly #closing: Closing;

  constructor(config: AccountConfig, environment: ExchangeEnvironment) {
    const { transport, clock, random, log, budgets } = environment;
    const { accessKey, endpoints, timings } = config;
    const restUrl = endpoints['rest'] ?? '';
    const signer = createSigner(config.secretKey);
    const { host } = new URL(restUrl);
    const time = exchangeClock(budgets, host, clock, () => shared);
    const limits = new BinanceLimits(budgets, clock, limitsPlaceOf(restUrl), accessKey, time);
    const timeoutMs = timings.requestTimeout;
    const sockets: SocketContext = {
      transport,
      clock,
      random,
      log,
      limits,
      url: endpoints['wsApi'] ?? '',
      api: new SocketApi({ signer, accessKey, time, limits, timeoutMs }),
      canLogOn: signer.canLogOn,
      silenceMs: timings.streamSilence ?? SILENCE_MS,
    };
    const closing = new Closing(budgets, host);
    this.#closing = closing;
    this.#environment = environment;
    this.#time = time;
    this.#limits = limits;
    this.#orders = new OrderSocket(sockets);
    const context = { transport, limits, signer, accessKey, restUrl, time, timeoutMs, orderEntry: this.#orders };
    const requests = new BinanceRequests({ ...context, closing: closing.signal });
    this.#requests = requests;
    this.rest = new BinanceRest(requests);
    // What all accounts share outlives this one: the end of this account must not end their questions.
    const shared: BinanceRequests = new BinanceRequests(closing.shared(context));
    this.#instruments = new BinanceInstruments(
      new BinanceRest(shared),
      limits,
      clock,
      ANSWERS.get(budgets, host, () => new SharedAnswers()),
    );
    this.#stream = new BinanceAccountFeed({
      ...sockets,
      symbolOf: (rawSymbol) => this.#instruments.symbolOf(rawSymbol),
      watch: (instrument) => this.#instruments.know(instrument),
      balances: this.#balances,
    });
    this.feed = this.#feedWithOrderEntry();
    this.trading = new BinanceTrading(requests, () => time.serverNow());
  }

  /** The order socket lives as long as the stream: whoever only asks and revokes does not need it. */
  #feedWithOrderEntry(): AccountFeed {
    const stream = this.#stream;
    const orders = this.#orders;
    return {
      start(handlers: AccountFeedHandlers) {
        stream.start(handlers);
        orders.start();
      },
      watch: (instrument) => stream.watch(instrument),
      async stop() {
        await Promise.all([stream.stop(), orders.stop()]);
      },
      get isLive() {
        return stream.isLive;
      },
    };
  }

  /** The clock, and whether the key works at all. */
  async prepare(): Promise<Result<true>> {
    const [, clockError] = this.#time.isOld ? await this.#time.measure() : ok(true);
    if (clockError !== null) return fail(clockError);
    const [account, error] = await this.#askAccount();
    if (error !== null) return fail(error);
    if (typeof account.uid === 'number') this.#limits.belongTo(`account ${account.uid}`);
    if (account.canTrade === false) this.#environment.log.warn('Binance says that this account may not trade');
    return ok(true);
  }

  /** A key is not given up for one refusal: a temporary ban may look like it (D7). */
  async #askAccount(): Promise<Result<Account>> {
    const { signal } = this.#closing;
    for (let refusals = 1; ; refusals++) {
      const answer = await this.rest.getAccount();
      const [, error] = answer;
      if (error?.kind !== 'auth' || isFatalLogin(error, refusals) || signal.aborted) return answer;
      await sleep(this.#environment.clock, KEY_PAUSE_MS, signal);
    }
  }

  instrument(symbol: string, maxAgeMs?: number): Promise<Result<Instrument>> {
    return this.#instruments.get(symbol, maxAgeMs);
  }

  async orderbook({ rawSymbol, symbol }: Instrument, depth: number): Promise<Result<Orderbook>> {
    const limit = Math.min(Math.max(Math.trunc(depth), 1), DEEPEST_BOOK);
    const [book, error] = await this.rest.getOrderbook(rawSymbol, limit);
    if (error !== null) return fail(error.at({ symbol }));
    // The answer has no time of its own.
    return ok({
      platform: BINANCE,
      symbol,
      asks: levelsOf(book.asks),
      bids: levelsOf(book.bids),
      timestamp: this.#time.serverNow(),
    });
  }

  async assets(): Promise<Result<Assets>> {
    const askedAt = this.#environment.clock.monotonic();
    const [account, error] = await this.#requests.sendByRest(balancesCall());
    if (error !== null) return fail(error);
    // Whatever is not listed is empty: an answer without a list says nothing.
    if (!isRow(account) || !Array.isArray(account['balances']))
      return fail(
        new TradeError('Binance answered without balances', { kind: 'unknown', outcome: 'unknown', platform: BINANCE }),
      );
    const updatedAt = number(account, 'updateTime');
    return ok(this.#balances.answer(assetsOf(account['balances'], ACCOUNT_NAMES), () => updatedAt, askedAt));
  }

  /** The answer speaks of the account, not of the key: that it may withdraw says nothing about the key. */
  async permissions(): Promise<Result<{ readonly trade: boolean | null; readonly withdraw: boolean | null }>> {
    const [account, error] = await this.rest.getAccount();
    if (error !== null) return fail(error);
    return ok({
      trade: typeof account.canTrade === 'boolean' ? account.canTrade : null,
      withdraw: account.canWithdraw === false ? false : null,
    });
  }

  clockOffset(): number {
    return this.#time.offset;
  }

  close(): Promise<void> {
    this.#closing.end();
    return this.feed.stop();
  }
}
