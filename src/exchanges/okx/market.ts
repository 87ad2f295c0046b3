// The public side of OKX, put together without keys: trading rules by REST, order books by the public socket.
// Each part is a file of its own; here they meet. An account has its own (account.ts).

import type { Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { Secret } from '../../domain/secret.ts';
import { ClockOffset } from '../../wire/clock-offset.ts';
import { PerHost } from '../../wire/per-host.ts';
import type { ExchangeEnvironment, ExchangeMarket, MarketConfig, MarketFeed } from '../exchange.ts';
import { probeOf } from './conversation.ts';
import { isDemo } from './endpoints.ts';
import { OkxInstruments } from './instruments.ts';
import { OkxLimits } from './limits.ts';
import { OkxMarketFeed } from './market-feed.ts';
import { OkxRequests } from './requests.ts';
import { OkxRest } from './rest.ts';
import { createSigner } from './sign.ts';

const NO_KEY = '';
/** The same for all markets of a process. */
const RULES = new PerHost<OkxInstruments>();

export class OkxMarket implements ExchangeMarket {
  readonly feed: MarketFeed;
  readonly #instruments: OkxInstruments;

  constructor({ endpoints, requestTimeout }: MarketConfig, environment: ExchangeEnvironment) {
    const { transport, clock, random, log, budgets } = environment;
    const restUrl = endpoints['rest'] ?? '';
    const { host } = new URL(restUrl);
    const limits = new OkxLimits(budgets, clock, host, NO_KEY);
    const requests = new OkxRequests({
      transport,
      limits,
      // Nothing here is signed, so neither the key nor the exchange's time is ever asked for.
      signer: createSigner(new Secret(NO_KEY)),
      accessKey: NO_KEY,
      passphrase: NO_KEY,
      time: new ClockOffset({ clock, ask: () => Promise.reject(new Error('a market signs nothing')) }),
      restUrl,
      isDemo: isDemo(endpoints),
      timeoutMs: requestTimeout,
    });
    const place = `${host}${isDemo(endpoints) ? ' demo' : ''}`;
    this.#instruments = RULES.get(budgets, place, () => new OkxInstruments(new OkxRest(requests), clock));
    this.feed = new OkxMarketFeed({
      transport,
      clock,
      random,
      log,
      url: endpoints['wsPublic'] ?? '',
      probe: probeOf(undefined),
      connects: limits.budget('connect'),
    });
  }

  instrument(symbol: string): Promise<Result<Instrument>> {
    return this.#instruments.get(symbol);
  }
}
