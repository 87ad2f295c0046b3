// Trading rules by symbol, asked for when needed and kept for a few minutes (okx.md 2.1: lots and ticks change without notice).
// One for all accounts of a host, live and demo apart: codes differ between the two.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { OKX } from '../../domain/platform.ts';
import { spellingHint } from '../../domain/symbol.ts';
import type { Clock } from '../../seam/clock.ts';
import { instrumentOf } from './decode-market.ts';
import { text } from './frames.ts';
import type { OkxRest } from './rest.ts';
import { toInstId } from './symbols.ts';

const KEEP_MS = 5 * 60_000;
const NO_SUCH_INSTRUMENT = '51001';

interface Entry {
  readonly result: Promise<Result<Instrument>>;
  readonly at: number;
}

export class OkxInstruments {
  readonly #rest: OkxRest;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(rest: OkxRest, clock: Clock) {
    this.#rest = rest;
    this.#clock = clock;
  }

  /** @throws RangeError when the text is no symbol */
  async get(symbol: string, maxAgeMs = KEEP_MS): Promise<Result<Instrument>> {
    const instId = toInstId(symbol);
    const known = this.#entries.get(instId);
    if (known !== undefined && this.#clock.monotonic() - known.at < maxAgeMs) return known.result;
    const entry = { result: this.#fetch(symbol, instId), at: this.#clock.monotonic() };
    this.#entries.set(instId, entry);
    const result = await entry.result;
    // A failure is not kept: the next caller asks again.
    if (result[1] !== null && this.#entries.get(instId) === entry) this.#entries.delete(instId);
    return result;
  }

  /** The exchange's answer to an order says that the rules have changed. */
  forget(instId: string): void {
    this.#entries.delete(instId);
  }

  async #fetch(symbol: string, instId: string): Promise<Result<Instrument>> {
    if (symbol.includes(':')) return fail(unknown(symbol, 'swaps are not supported on OKX yet'));
    const [rows, error] = await this.#rest.getInstruments('SPOT', instId);
    if (error !== null) {
      return fail(
        error.code === NO_SUCH_INSTRUMENT || error.code === '51000'
          ? unknown(symbol, `OKX does not list ${instId}: ${error.message}${spellingHint(symbol)}`)
          : error.at({ symbol }),
      );
    }
    const row = rows.find((candidate) => text(candidate, 'instId') === instId);
    if (row === undefined) return fail(unknown(symbol, `OKX does not list ${instId}${spellingHint(symbol)}`));
    const instrument = instrumentOf(row);
    return instrument === null ? fail(unknown(symbol, `OKX gives no trading rules for ${instId}`)) : ok(instrument);
  }
}

function unknown(symbol: string, message: string): TradeError {
  return new TradeError(message, { kind: 'invalid-order', outcome: 'not-sent', platform: OKX, symbol });
}
