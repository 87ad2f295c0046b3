// Trading rules by symbol, fetched when first needed and again when old; and the way back from the exchange's names (binance.md A9).
// What a rule means is decode-market.ts's part.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { BINANCE } from '../../domain/platform.ts';
import { spellingHint } from '../../domain/symbol.ts';
import type { Clock } from '../../seam/clock.ts';
import type { SharedAnswers } from '../../wire/per-host.ts';
import { instrumentOf, symbolRowOf } from './decode-market.ts';
import { rowsOf } from './frames.ts';
import type { BinanceLimits } from './limits.ts';
import type { ExchangeInfo } from './rest-rows.ts';
import type { BinanceRest } from './rest.ts';
import { rawSymbolOf } from './symbols.ts';

const KEPT_MS = 3_600_000;
/** So long an answer serves other accounts as well. */
const SHARED_MS = 10_000;

interface Kept {
  readonly instrument: Instrument;
  readonly at: number;
}

export class BinanceInstruments {
  readonly #rest: BinanceRest;
  readonly #limits: BinanceLimits;
  readonly #clock: Clock;
  readonly #shared: SharedAnswers<ExchangeInfo>;
  readonly #kept = new Map<string, Kept>();
  readonly #symbols = new Map<string, string>();
  readonly #asking = new Map<string, Promise<Result<Instrument>>>();

  /** @param shared answers that other accounts of this process have just had */
  constructor(rest: BinanceRest, limits: BinanceLimits, clock: Clock, shared: SharedAnswers<ExchangeInfo>) {
    this.#rest = rest;
    this.#limits = limits;
    this.#shared = shared;
    this.#clock = clock;
  }

  /** Unified symbol of an exchange's name, where its instrument has been seen. */
  symbolOf(rawSymbol: string): string | undefined {
    return this.#symbols.get(rawSymbol);
  }

  know(instrument: Instrument): void {
    this.#symbols.set(instrument.rawSymbol, instrument.symbol);
  }

  /** Cached; when old and not to be had anew, the old one serves on. */
  async get(symbol: string, maxAgeMs = KEPT_MS): Promise<Result<Instrument>> {
    const kept = this.#kept.get(symbol);
    if (kept !== undefined && this.#clock.monotonic() - kept.at < maxAgeMs) return ok(kept.instrument);
    let asking = this.#asking.get(symbol);
    if (asking === undefined) {
      asking = this.#ask(symbol, maxAgeMs).finally(() => this.#asking.delete(symbol));
      this.#asking.set(symbol, asking);
    }
    const answer = await asking;
    return answer[1] !== null && kept !== undefined && answer[1].kind !== 'invalid-order'
      ? ok(kept.instrument)
      : answer;
  }

  async #ask(symbol: string, maxAgeMs: number): Promise<Result<Instrument>> {
    let rawSymbol: string;
    try {
      rawSymbol = rawSymbolOf(symbol);
    } catch (error) {
      return fail(unknown(error instanceof Error ? error.message : String(error), symbol));
    }
    const [info, error] = await this.#shared.get(rawSymbol, Math.min(SHARED_MS, maxAgeMs), this.#clock, () =>
      this.#rest.getExchangeInfo(rawSymbol),
    );
    if (error !== null) {
      return fail(
        error.code === '-1121' || error.code === '-1100' ? unknown(noSuch(symbol), symbol) : error.at({ symbol }),
      );
    }
    this.#limits.learn(rowsOf(info.rateLimits));
    const row = symbolRowOf(info, rawSymbol);
    const instrument = row === null ? null : instrumentOf(row);
    if (instrument === null) return fail(unknown(noSuch(symbol), symbol));
    // BT/CUSDT leads to BTCUSDT as well.
    if (instrument.symbol !== symbol) return fail(unknown(noSuch(symbol, instrument.symbol), symbol));
    this.#kept.set(symbol, { instrument, at: this.#clock.monotonic() });
    this.know(instrument);
    return ok(instrument);
  }
}

function noSuch(symbol: string, exists?: string): string {
  return `Binance has no spot symbol ${symbol}${spellingHint(symbol, exists)}`;
}

function unknown(message: string, symbol: string): TradeError {
  return new TradeError(message, { kind: 'invalid-order', outcome: 'not-sent', platform: BINANCE, symbol });
}
