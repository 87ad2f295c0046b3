// HTX's reference data, shared by all accounts of a host: trading rules by symbol and the way back from raw names, loaded whole and kept for an hour (htx.md 3.1).
// Rows are read by decode-market.ts.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { HTX } from '../../domain/platform.ts';
import { spellingHint } from '../../domain/symbol.ts';
import type { Clock } from '../../seam/clock.ts';
import { instrumentOf } from './decode-market.ts';
import type { HtxRest } from './rest.ts';
import { SymbolTable, toRawSymbol } from './symbols.ts';

const KEEP_MS = 3_600_000;
/** A symbol that is not listed is looked for again at most this often. */
const AGAIN_MS = 60_000;

export class HtxInstruments {
  readonly symbols = new SymbolTable();
  readonly #rest: HtxRest;
  readonly #clock: Clock;
  #instruments: Map<string, Instrument> = new Map();
  #loadedAt = -Infinity;
  #loading: Promise<Result<true>> | null = null;
  /** Symbols that were asked for by themselves, and when last. */
  readonly #asked = new Map<string, { readonly at: number; readonly done: Promise<void> }>();

  constructor(rest: HtxRest, clock: Clock) {
    this.#rest = rest;
    this.#clock = clock;
  }

  /** Loads when never loaded or older than `maxAgeMs`; calls at the same time share one load. */
  load(maxAgeMs = KEEP_MS): Promise<Result<true>> {
    if (this.#clock.monotonic() - this.#loadedAt < maxAgeMs) return Promise.resolve(ok(true));
    this.#loading ??= this.#fetch().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Stale rules are better than none: they are used when the exchange does not answer. */
  async get(symbol: string, maxAgeMs?: number): Promise<Result<Instrument>> {
    let rawSymbol: string;
    try {
      rawSymbol = toRawSymbol(symbol);
    } catch (error) {
      return fail(unknown(symbol, error instanceof Error ? error.message : String(error)));
    }
    const [instrument, error] = await this.#find(symbol, rawSymbol, maxAgeMs);
    if (error !== null) return fail(error);
    // btc/usdt and BT/CUSDT lead to btcusdt as well, but pushes come for BTC/USDT only.
    return instrument.symbol === symbol ? ok(instrument) : fail(unlisted(symbol, rawSymbol, instrument.symbol));
  }

  async #find(symbol: string, rawSymbol: string, maxAgeMs: number | undefined): Promise<Result<Instrument>> {
    const old = this.#instruments.get(rawSymbol);
    if (maxAgeMs !== undefined && old !== undefined) {
      await this.#freshen(rawSymbol, maxAgeMs);
      return ok(this.#instruments.get(rawSymbol) ?? old);
    }
    const [, error] = await this.load();
    const known = this.#instruments.get(rawSymbol);
    if (known !== undefined) return ok(known);
    if (error !== null) return fail(error.at({ symbol }));
    const [, again] = await this.load(AGAIN_MS);
    if (again !== null) return fail(again.at({ symbol }));
    const instrument = this.#instruments.get(rawSymbol);
    return instrument === undefined ? fail(unlisted(symbol, rawSymbol)) : ok(instrument);
  }

  /** Asks for one symbol: the whole list is long, and reading it holds up everything else. */
  #freshen(rawSymbol: string, maxAgeMs: number): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - this.#loadedAt < maxAgeMs) return Promise.resolve();
    const last = this.#asked.get(rawSymbol);
    if (last !== undefined && now - last.at < maxAgeMs) return last.done;
    const done = this.#fetchOne(rawSymbol);
    this.#asked.set(rawSymbol, { at: now, done });
    return done;
  }

  async #fetchOne(rawSymbol: string): Promise<void> {
    const [rows, error] = await this.#rest.getMarketSymbols(rawSymbol);
    if (error !== null) {
      this.#asked.delete(rawSymbol);
      return;
    }
    for (const row of rows) {
      const instrument = instrumentOf(row);
      if (instrument?.rawSymbol === rawSymbol) this.#instruments.set(rawSymbol, instrument);
    }
  }

  async #fetch(): Promise<Result<true>> {
    const [rows, error] = await this.#rest.getMarketSymbols();
    if (error !== null) return fail(error);
    const instruments = new Map<string, Instrument>();
    for (const row of rows) {
      const instrument = instrumentOf(row);
      if (instrument === null) continue;
      instruments.set(instrument.rawSymbol, instrument);
      this.symbols.learn(instrument.rawSymbol, instrument.symbol);
    }
    this.#instruments = instruments;
    this.#loadedAt = this.#clock.monotonic();
    return ok(true);
  }
}

function unlisted(symbol: string, rawSymbol: string, exists?: string): TradeError {
  return unknown(symbol, `HTX does not list ${symbol} (${rawSymbol})${spellingHint(symbol, exists)}`);
}

function unknown(symbol: string, message: string): TradeError {
  return new TradeError(message, { kind: 'invalid-order', outcome: 'not-sent', platform: HTX, symbol });
}
