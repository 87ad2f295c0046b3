// The public side of HTX, put together without keys: trading rules by REST, order books by the public sockets.
// Each part is a file of its own; here they meet. An account has its own (account.ts).

import type { Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { Secret } from '../../domain/secret.ts';
import { PerHost } from '../../wire/per-host.ts';
import type { ExchangeEnvironment, ExchangeMarket, MarketConfig, MarketFeed } from '../exchange.ts';
import { named, signedPlace } from './endpoints.ts';
import { HtxLimits } from './limits.ts';
import { HtxMarketFeed } from './market-feed.ts';
import { HtxInstruments } from './instruments.ts';
import { HtxRequests } from './requests.ts';
import { HtxRest } from './rest.ts';
import { HtxSigner } from './sign.ts';

const NO_KEY = '';
/** The same for all markets of a process: the list of symbols comes whole. */
const RULES = new PerHost<HtxInstruments>();

export class HtxMarket implements ExchangeMarket {
  readonly feed: MarketFeed;
  readonly #instruments: HtxInstruments;

  constructor({ endpoints, requestTimeout }: MarketConfig, environment: ExchangeEnvironment) {
    const { transport, clock, random, log, budgets } = environment;
    const { rest, wsFeed, wsMarket } = named(endpoints);
    const { host } = signedPlace(rest);
    const requests = new HtxRequests({
      rest,
      transport,
      clock,
      limits: new HtxLimits(budgets, clock, host, NO_KEY),
      timeoutMs: requestTimeout,
      // Nothing here is signed, so neither the key nor the exchange's time is ever asked for.
      signer: new HtxSigner(NO_KEY, new Secret(NO_KEY)),
      exchangeTime: () => clock.now(),
      remeasure: () => Promise.resolve(0),
    });
    this.#instruments = RULES.get(budgets, host, () => new HtxInstruments(new HtxRest(requests), clock));
    this.feed = new HtxMarketFeed({ link: { transport, clock, random, log }, wsFeed, wsMarket });
  }

  instrument(symbol: string): Promise<Result<Instrument>> {
    return this.#instruments.get(symbol);
  }
}
