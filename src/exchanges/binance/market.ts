// The public side of Binance, put together without keys: trading rules by REST, order books by the market stream.
// Each part is a file of its own; here they meet. An account has its own (account.ts).

import type { Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { Secret } from '../../domain/secret.ts';
import { PerHost, SharedAnswers } from '../../wire/per-host.ts';
import { Closing } from '../../wire/waited.ts';
import type { ExchangeEnvironment, ExchangeMarket, MarketConfig, MarketFeed } from '../exchange.ts';
import { limitsPlaceOf } from './endpoints.ts';
import { BinanceInstruments } from './instruments.ts';
import { BinanceLimits } from './limits.ts';
import { BinanceMarketFeed } from './market-feed.ts';
import type { ExchangeInfo } from './rest-rows.ts';
import { BinanceRequests } from './requests.ts';
import { BinanceRest, exchangeClock } from './rest.ts';
import { createSigner } from './sign.ts';

const NO_KEY = '';
/** The server pings every 20 s (A3.2): dead after one and a half of that without anything. */
const SILENCE_MS = 30_000;
/** The same for all markets of a process. */
const ANSWERS = new PerHost<SharedAnswers<ExchangeInfo>>();

export class BinanceMarket implements ExchangeMarket {
  readonly feed: MarketFeed;
  readonly #instruments: BinanceInstruments;

  constructor({ endpoints, requestTimeout }: MarketConfig, environment: ExchangeEnvironment) {
    const { transport, clock, random, log, budgets } = environment;
    const restUrl = endpoints['rest'] ?? '';
    const { host } = new URL(restUrl);
    // Weight and connections are counted by IP: with those of the accounts.
    const time = exchangeClock(budgets, host, clock, () => shared);
    const limits = new BinanceLimits(budgets, clock, limitsPlaceOf(restUrl), NO_KEY, time);
    const closing = new Closing(budgets, host);
    const context = {
      transport,
      limits,
      // Nothing here is signed.
      signer: createSigner(new Secret(NO_KEY)),
      accessKey: NO_KEY,
      time,
      restUrl,
      timeoutMs: requestTimeout,
      orderEntry: { call: () => null },
    };
    const rest = new BinanceRest(new BinanceRequests({ ...context, closing: closing.signal }));
    // What all accounts and markets share outlives this one.
    const shared: BinanceRequests = new BinanceRequests(closing.shared(context));
    const answers = ANSWERS.get(budgets, host, () => new SharedAnswers());
    this.#instruments = new BinanceInstruments(new BinanceRest(shared), limits, clock, answers);
    const url = endpoints['stream'] ?? '';
    this.feed = new BinanceMarketFeed({
      transport,
      clock,
      random,
      log,
      url,
      rest,
      limits,
      silenceMs: SILENCE_MS,
      onStop: () => closing.end(),
    });
  }

  instrument(symbol: string): Promise<Result<Instrument>> {
    return this.#instruments.get(symbol);
  }
}
