// One HTX account, put together: requests, the private stream, the order socket, trading, trading rules, and which account is the spot one (htx.md 4.1).
// Each part is a file of its own; here they meet.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Assets, Orderbook } from '../../domain/order.ts';
import { HTX } from '../../domain/platform.ts';
import { ClockOffset } from '../../wire/clock-offset.ts';
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
import { HtxAccountFeed } from './account-feed.ts';
import { Balances } from './balances.ts';
import { depthOf } from './decode-market.ts';
import { named, signedPlace } from './endpoints.ts';
import { text, type Row } from './frames.ts';
import { HtxLimits } from './limits.ts';
import type { LoginContext } from './login.ts';
import { HtxQueries } from './queries.ts';
import { HtxInstruments } from './instruments.ts';
import { CLOCK_MOVED_MS, HtxRequests } from './requests.ts';
import { HtxRest } from './rest.ts';
import type { HtxMarketStatus } from './rest-rows.ts';
import { HtxSigner } from './sign.ts';
import { SpotAccount } from './spot-account.ts';
import { StreamMemory } from './stream-memory.ts';
import { HtxOrderSocket } from './order-socket.ts';
import { HtxTrading } from './trading.ts';

const MARKET_IS_NORMAL = '1';
/** /market/depth gives at most this many levels (10). */
const DEEPEST_BOOK = 150;
/** The same for all accounts of a process. */
const CLOCKS = new PerHost<ClockOffset>();
const RULES = new PerHost<HtxInstruments>();
const STATUSES = new PerHost<SharedAnswers<HtxMarketStatus>>();
/** So long one account's question about the market serves the others. */
const STATUS_MS = 10_000;

export class HtxAccount implements ExchangeAccount {
  readonly rest: HtxRest;
  readonly feed: AccountFeed;
  readonly trading: Trading;
  readonly #environment: ExchangeEnvironment;
  readonly #time: ClockOffset;
  readonly #status: SharedAnswers<HtxMarketStatus>;
  /** What all accounts share outlives this one: the end of this account must not end their questions. */
  readonly #shared: HtxRest;
  readonly #instruments: HtxInstruments;
  readonly #balances = new Balances();
  readonly #closing: Closing;
  readonly #privateStream: HtxAccountFeed;
  readonly #orderSocket: HtxOrderSocket;
  readonly #spot = new SpotAccount();
  readonly #limits: HtxLimits;

  constructor(config: AccountConfig, environment: ExchangeEnvironment) {
    const { transport, clock, random, budgets, log } = environment;
    const { accessKey, secretKey, timings } = config;
    const endpoints = named(config.endpoints);
    const timeoutMs = timings.requestTimeout;
    const signer = new HtxSigner(accessKey, secretKey);
    const limits = new HtxLimits(budgets, clock, signedPlace(endpoints.rest).host, accessKey);
    // Three samples: signatures tolerate minutes, and the endpoint's limit is shared by all accounts of the machine.
    const { host } = signedPlace(endpoints.rest);
    const time = CLOCKS.get(
      budgets,
      host,
      () => new ClockOffset({ clock, ask: () => shared.getServerTime(), samples: 3 }),
    );
    // A clock that is off by seconds passes every signature (2.4), so no refusal tells of it, while lists of fills end at what it says is now (5.16).
    const exchangeTime = (): number => {
      if (time.isOld) void time.measure();
      return time.serverNow();
    };
    const closing = new Closing(budgets, host);
    this.#closing = closing;
    const remeasure = async (): Promise<number> => {
      const before = time.offset;
      await time.measure();
      return time.offset - before;
    };
    const context = { rest: endpoints.rest, transport, clock, signer, limits, timeoutMs, exchangeTime, remeasure };
    const requests = new HtxRequests({ ...context, closing: closing.signal });
    const shared = new HtxRest(new HtxRequests(closing.shared(context)));
    this.#shared = shared;
    const memory = new StreamMemory(exchangeTime);
    const login = (url: string): LoginContext => ({
      url,
      signer,
      timeoutMs,
      exchangeTime,
      clockWasOff: async () => Math.abs(await remeasure()) >= CLOCK_MOVED_MS,
    });
    const link = { transport, clock, random, log };
    this.#environment = environment;
    this.#limits = limits;
    this.#time = time;
    this.rest = new HtxRest(requests);
    this.#status = STATUSES.get(budgets, host, () => new SharedAnswers());
    this.#instruments = RULES.get(budgets, host, () => new HtxInstruments(shared, clock));
    const queries = new HtxQueries(this.rest, memory, this.#spot);
    this.#privateStream = new HtxAccountFeed({
      link,
      memory,
      login: login(endpoints.wsPrivate),
      symbols: this.#instruments.symbols,
      balances: this.#balances,
      spot: this.#spot,
      streamSilence: timings.streamSilence,
      lookUp: (symbol, rawSymbol, orderId) => queries.order({ symbol, rawSymbol }, { orderId, clientOrderId: null }),
    });
    this.#orderSocket = new HtxOrderSocket({ link, login: login(endpoints.wsTrade) });
    this.feed = this.#bothSockets();
    this.trading = new HtxTrading({
      rest: this.rest,
      socket: this.#orderSocket,
      queries,
      limits,
      memory,
      exchangeTime,
      accountId: () => this.#spot.id,
      monotonic: () => clock.monotonic(),
      requestTimeoutMs: timeoutMs,
      onAccepted: (sentAt) => this.#privateStream.accepted(sentAt),
    });
  }

  /** The order socket lives and dies with the private stream: whoever only asks questions needs neither. */
  #bothSockets(): AccountFeed {
    const stream = this.#privateStream;
    const orders = this.#orderSocket;
    return {
      start(handlers: AccountFeedHandlers) {
        stream.start(handlers);
        orders.start();
      },
      watch: () => stream.watch(),
      async stop() {
        await Promise.all([stream.stop(), orders.stop()]);
      },
      get isLive() {
        return stream.isLive;
      },
    };
  }

  async prepare(): Promise<Result<true>> {
    const [, clockError] = this.#time.isOld ? await this.#time.measure() : ok(true);
    if (clockError !== null) return fail(clockError);
    const [[accountId, accountError], [, rulesError]] = await Promise.all([
      this.#spotAccount(),
      this.#instruments.load(),
      this.#checkMarket(),
    ]);
    if (accountError !== null) return fail(accountError);
    this.#spot.learn(accountId);
    this.#limits.learnUser(`account ${accountId}`);
    return rulesError === null ? ok(true) : fail(rulesError);
  }

  /** The list mixes kinds of account in no fixed order: never the first or the last, always the working spot one (4.1, trap 17). */
  async #spotAccount(): Promise<Result<string>> {
    const [rows, error] = await this.rest.getAccounts();
    if (error !== null) return fail(error);
    const spot = rows.find((row: Row) => text(row, 'type') === 'spot' && text(row, 'state') === 'working');
    if (spot === undefined)
      return fail(
        new TradeError('this key has no working spot account', { kind: 'auth', outcome: 'rejected', platform: HTX }),
      );
    return ok(text(spot, 'id'));
  }

  /** Halted or cancel-only is worth a word; orders are refused by the exchange itself (3.4). */
  async #checkMarket(): Promise<void> {
    const [status, error] = await this.#status.get('market-status', STATUS_MS, this.#environment.clock, () =>
      this.#shared.getMarketStatus(),
    );
    const { log } = this.#environment;
    if (error !== null) log.warn('the market status is not known', { error: error.message });
    else if (text(status, 'marketStatus') !== MARKET_IS_NORMAL) log.warn('HTX does not trade normally', { ...status });
  }

  instrument(symbol: string, maxAgeMs?: number): Promise<Result<Instrument>> {
    return this.#instruments.get(symbol, maxAgeMs);
  }

  async orderbook(instrument: Instrument, depth: number): Promise<Result<Orderbook>> {
    const levels = Math.min(Math.max(Math.trunc(depth), 1), DEEPEST_BOOK);
    const [tick, error] = await this.rest.getOrderbook(instrument.rawSymbol, levels);
    if (error !== null) return fail(error.at({ symbol: instrument.symbol }));
    const { asks, bids, time } = depthOf(tick, levels);
    return ok({ platform: HTX, symbol: instrument.symbol, asks, bids, timestamp: time });
  }

  async assets(): Promise<Result<Assets>> {
    const accountId = this.#spot.id;
    if (accountId === null) {
      const [found, error] = await this.#spotAccount();
      if (error !== null) return fail(error);
      this.#spot.learn(found);
      return this.assets();
    }
    const [balance, error] = await this.rest.getBalance(accountId);
    return error === null ? ok(this.#balances.snapshot(balance['list'])) : fail(error);
  }

  /** HTX tells a key's rights only to the key's main account, by user id (not in htx.md): unknown. */
  permissions(): Promise<Result<{ readonly trade: null; readonly withdraw: null }>> {
    return Promise.resolve(ok({ trade: null, withdraw: null }));
  }

  clockOffset(): number {
    return this.#time.offset;
  }

  close(): Promise<void> {
    this.#closing.end();
    return this.feed.stop();
  }
}
