// Keeps what is known of the instrument true while orders are placed: ticks, lots and states change without notice, and what is known decides
// which orders leave this machine. Read again from time to time, when a refusal suggests it, and before an order is refused for a closed market.

import type { ErrorKind, Result } from '../domain/errors.ts';
import { rulesOf, type Instrument, type SymbolRules } from '../domain/instrument.ts';
import type { Clock, Timer } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import type { Random } from '../seam/random.ts';
import type { ConnectionHolder } from './connection.ts';
import type { Place } from './snapshot.ts';

interface TradingRulesParts {
  readonly place: Place;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly connections: ConnectionHolder;
  readonly background: (work: Promise<unknown>) => void;
}

/** On average; by chance a quarter more or less, so that a hundred symbols do not ask at the same moment. */
const EVERY_MS = 5 * 60_000;
/** A refusal says nothing new about rules as fresh as this. */
const AFTER_REFUSAL_MS = 30_000;
/** A market that was closed so short a time ago is closed. */
const CLOSED_FOR_MS = 3_000;
/** An order waits no longer than this to learn whether the market has opened. */
const PATIENCE_MS = 2_000;

/** Refusals, ours or the exchange's, that may come of rules that are out of date; a closed market is `maintenance`. */
const SUSPICIOUS: ReadonlySet<ErrorKind> = new Set(['invalid-order', 'maintenance']);

export class TradingRules {
  private readonly parts: TradingRulesParts;
  private timer: Timer | null = null;
  private stopped = false;
  private shown: { readonly of: Instrument; readonly rules: SymbolRules } | null = null;

  constructor(parts: TradingRulesParts) {
    this.parts = parts;
  }

  /** From now on the rules are read again from time to time. */
  start(): void {
    if (this.stopped) return;
    const { clock, random, background } = this.parts;
    this.timer = clock.after(EVERY_MS * (0.75 + random.next() / 2), () => {
      background(this.refresh(EVERY_MS / 2));
      this.start();
    });
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  /** As a strategy sees them; null until they are known. */
  get current(): SymbolRules | null {
    const instrument = this.parts.connections.current?.instrument;
    if (instrument === undefined) return null;
    if (this.shown?.of !== instrument) this.shown = { of: instrument, rules: rulesOf(instrument) };
    return this.shown.rules;
  }

  /** Whether the market is closed, as far as is known. */
  get isClosed(): boolean {
    return this.parts.connections.current?.instrument.isTrading === false;
  }

  /** Resolves when it is known anew whether the market is closed, or after a moment. */
  look(): Promise<void> {
    const { clock, background } = this.parts;
    return new Promise((resolve) => {
      const timer = clock.after(PATIENCE_MS, resolve);
      const done = (): void => {
        timer.cancel();
        resolve();
      };
      background(this.refresh(CLOSED_FOR_MS).finally(done));
    });
  }

  /** What became of an order. Bound: one is handed over for each. */
  readonly onResult = ([, error]: Result<string>): void => {
    if (error !== null && SUSPICIOUS.has(error.kind)) this.parts.background(this.refresh(AFTER_REFUSAL_MS));
  };

  private async refresh(maxAgeMs: number): Promise<void> {
    const { place, log, connections } = this.parts;
    const at = connections.current;
    if (at === null) return;
    const [instrument, error] = await at.account.instrument(place.symbol, maxAgeMs);
    if (this.stopped) return;
    if (error !== null) {
      log.warn('the trading rules could not be read again; those known serve on', { err: error, ...place });
      return;
    }
    const known = connections.current?.instrument ?? at.instrument;
    if (instrument === known) return;
    connections.set({ account: at.account, instrument });
    const changes = changesOf(known, instrument);
    if (changes.length > 0) log.warn('the trading rules have changed', { changes, ...place });
  }
}

/** In words, e.g. `tickSize 0.01 -> 0.1`. */
function changesOf(known: Instrument, now: Instrument): string[] {
  const before = new Map(Object.entries(plain(known)));
  return Object.entries(plain(now))
    .filter(([name, value]) => before.get(name) !== value)
    .map(([name, value]) => `${name} ${before.get(name) ?? ''} -> ${value}`);
}

function plain(instrument: Instrument): Record<string, string> {
  const { extra, ...rules } = instrument;
  const texts: Record<string, string> = { extra: JSON.stringify(extra) };
  for (const [name, value] of Object.entries(rules)) texts[name] = String(value);
  return texts;
}
