// One OKX account, put together: requests, the private stream, order entry, trading rules, and what the account itself is (mode, permissions).
// Each part is a file of its own; here they meet.

import { BalanceSheet } from '../../domain/balance-sheet.ts';
import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Assets, Orderbook } from '../../domain/order.ts';
import { OKX } from '../../domain/platform.ts';
import { ClockOffset } from '../../wire/clock-offset.ts';
import { PerHost } from '../../wire/per-host.ts';
import { Closing } from '../../wire/waited.ts';
import type { AccountConfig, AccountFeed, ExchangeAccount, ExchangeEnvironment, Trading } from '../exchange.ts';
import { OkxAccountFeed } from './account-feed.ts';
import { probeOf } from './conversation.ts';
import { accountModeOf, assetsOf, balanceStampsOf, orderbookOf, type AccountMode } from './decode-market.ts';
import { isDemo } from './endpoints.ts';
import { OkxInstruments } from './instruments.ts';
import { OkxLimits } from './limits.ts';
import { STALE_RULES } from './outcomes.ts';
import { OkxRequests } from './requests.ts';
import { OkxRest } from './rest.ts';
import { createSigner } from './sign.ts';
import { OkxTrading } from './trading.ts';

/** Refusals that may mean that the owner has changed the account's mode by hand (trap 20, 21). */
const MODE_CODES: ReadonlySet<string> = new Set(['51010', '51000']);
const LEAST_KYC_LEVEL = 2;
/** A change of the clock offset that is more than the jitter of measuring it. */
const NOTICEABLE_MS = 1_000;
/** market/books gives at most this many levels (14). */
const DEEPEST_BOOK = 400;
/** The same for all accounts of a process. */
const CLOCKS = new PerHost<ClockOffset>();
const RULES = new PerHost<OkxInstruments>();

export class OkxAccount implements ExchangeAccount {
  readonly rest: OkxRest;
  readonly feed: AccountFeed;
  readonly trading: Trading;
  readonly #feed: OkxAccountFeed;
  readonly #environment: ExchangeEnvironment;
  readonly #limits: OkxLimits;
  readonly #time: ClockOffset;
  readonly #instruments: OkxInstruments;
  readonly #balances = new BalanceSheet();
  readonly #closing: Closing;
  #mode: AccountMode | null = null;

  constructor(config: AccountConfig, environment: ExchangeEnvironment) {
    const { transport, clock, random, budgets, log } = environment;
    const { endpoints, timings, accessKey } = config;
    const restUrl = endpoints['rest'] ?? '';
    const passphrase = config.passphrase?.reveal() ?? '';
    const signer = createSigner(config.secretKey);
    const closing = new Closing(budgets, new URL(restUrl).host);
    this.#closing = closing;
    const limits = new OkxLimits(budgets, clock, new URL(restUrl).host, accessKey);
    this.#limits = limits;
    this.#environment = environment;
    // Three samples: public/time allows ten in two seconds, for all accounts of the machine together.
    const host = `${new URL(restUrl).host}${isDemo(endpoints) ? ' demo' : ''}`;
    const time = CLOCKS.get(
      budgets,
      host,
      () => new ClockOffset({ clock, ask: () => shared.getServerTime(), samples: 3 }),
    );
    this.#time = time;
    const now = (): number => time.serverNow();
    const context = {
      transport,
      limits,
      signer,
      accessKey,
      passphrase,
      restUrl,
      time,
      isDemo: isDemo(endpoints),
      timeoutMs: timings.requestTimeout,
    };
    const requests = new OkxRequests({ ...context, closing: closing.signal });
    this.rest = new OkxRest(requests);
    // What all accounts share outlives this one: the end of this account must not end their questions.
    const shared = new OkxRest(new OkxRequests(closing.shared(context)));
    this.#instruments = RULES.get(budgets, host, () => new OkxInstruments(shared, clock));
    this.#feed = new OkxAccountFeed({
      transport,
      clock,
      random,
      log,
      time,
      url: endpoints['wsPrivate'] ?? '',
      credentials: { accessKey, passphrase, signer },
      requestTimeoutMs: timings.requestTimeout,
      probe: probeOf(timings.streamSilence),
      connects: limits.budget('connect'),
      balances: this.#balances,
    });
    this.feed = this.#feed;
    this.trading = new OkxTrading({
      requests,
      limits,
      now,
      rest: this.rest,
      socket: this.#feed,
      level: () => this.#mode?.level ?? null,
      requestTimeoutMs: timings.requestTimeout,
      closing: closing.signal,
      clockWasOff: () => this.#clockWasOff(),
      onRefused: (code, instId, message) => this.#refused(code, instId, message),
    });
  }

  async prepare(): Promise<Result<true>> {
    // Side by side: OKX takes a timestamp up to 30 s off (3); one that is further off proves that nothing was done, and goes out once more when
    // the clock is known.
    const [[, clockError], [mode, error]] = await Promise.all([
      this.#time.isOld ? this.#time.measure() : ok(true),
      this.#askMode(),
    ]);
    if (clockError !== null) return fail(clockError);
    if (error !== null) return fail(error);
    const { log } = this.#environment;
    if (!mode.canTrade) log.warn('the API key has no permission to trade');
    if (mode.kycLevel !== null && mode.kycLevel < LEAST_KYC_LEVEL)
      log.warn('OKX refuses orders of accounts below identity level 2', { level: mode.kycLevel });
    return ok(true);
  }

  async #askMode(): Promise<Result<AccountMode>> {
    const [rows, error] = await this.rest.getAccountConfig();
    if (error !== null) return fail(error);
    const mode = rows[0] === undefined ? null : accountModeOf(rows[0]);
    if (mode === null)
      return fail(
        new TradeError('OKX did not state the mode of the account', {
          kind: 'unknown',
          outcome: 'unknown',
          platform: OKX,
        }),
      );
    this.#mode = mode;
    this.#limits.belongTo(mode.uid);
    return ok(mode);
  }

  instrument(symbol: string, maxAgeMs?: number): Promise<Result<Instrument>> {
    return this.#instruments.get(symbol, maxAgeMs);
  }

  async orderbook(instrument: Instrument, depth: number): Promise<Result<Orderbook>> {
    const [rows, error] = await this.rest.getOrderbook(
      instrument.rawSymbol,
      Math.min(Math.max(Math.trunc(depth), 1), DEEPEST_BOOK),
    );
    if (error !== null) return fail(error.at({ symbol: instrument.symbol }));
    const [row] = rows;
    if (row === undefined)
      return fail(
        new TradeError('OKX answered without a book', {
          kind: 'unknown',
          outcome: 'unknown',
          platform: OKX,
          symbol: instrument.symbol,
        }),
      );
    return ok(orderbookOf(row, instrument.symbol));
  }

  async assets(): Promise<Result<Assets>> {
    const askedAt = this.#environment.clock.monotonic();
    const [rows, error] = await this.rest.getBalance();
    if (error !== null) return fail(error);
    const [row] = rows;
    // Whatever is not listed is empty, and of an empty account the list is (10.1): an answer without a list says nothing.
    if (row === undefined || !Array.isArray(row['details']))
      return fail(
        new TradeError('OKX answered without balances', { kind: 'unknown', outcome: 'unknown', platform: OKX }),
      );
    return ok(this.#balances.answer(assetsOf(row), balanceStampsOf(row), askedAt));
  }

  async permissions(): Promise<Result<{ readonly trade: boolean; readonly withdraw: boolean }>> {
    const [mode, error] = await this.#askMode();
    return error === null ? ok({ trade: mode.canTrade, withdraw: mode.canWithdraw }) : fail(error);
  }

  clockOffset(): number {
    return this.#time.offset;
  }

  close(): Promise<void> {
    this.#closing.end();
    return this.#feed.stop();
  }

  async #clockWasOff(): Promise<boolean> {
    const before = this.#time.offset;
    const [, error] = await this.#time.measure();
    return error === null && Math.abs(this.#time.offset - before) > NOTICEABLE_MS;
  }

  #refused(code: string, instId: string, message: string): void {
    if (STALE_RULES.has(code)) this.#instruments.forget(instId);
    if (MODE_CODES.has(code) && /mode|tdMode/i.test(message)) void this.#askMode();
  }
}
