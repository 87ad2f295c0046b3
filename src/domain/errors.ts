// The one error type of the program, its kinds and outcomes, and the result tuple every call to an exchange resolves to.

import type { Platform } from './platform.ts';

export const ERROR_KINDS = [
  'rejected',
  'insufficient-funds',
  'invalid-order',
  'duplicate-order',
  'order-not-found',
  'already-done',
  'rate-limited',
  'auth',
  'clock-skew',
  'network',
  'timeout',
  'maintenance',
  'in-doubt',
  'not-ready',
  'risk',
  'closed',
  'unknown',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** Did the exchange say no, is it unknown what happened, or did nothing leave this machine. */
export type Outcome = 'rejected' | 'unknown' | 'not-sent';

interface ErrorPlace {
  readonly platform?: Platform | undefined;
  readonly account?: string | undefined;
  readonly symbol?: string | undefined;
}

interface ErrorDetails extends ErrorPlace {
  readonly kind: ErrorKind;
  readonly outcome: Outcome;
  /** The exchange's own code. */
  readonly code?: string | undefined;
  /** Milliseconds, when the exchange said so. */
  readonly retryAfter?: number | undefined;
  /** The raw reply. Must hold no secret. */
  readonly cause?: unknown;
}

export class TradeError extends Error {
  override readonly name: string = 'TradeError';
  readonly kind: ErrorKind;
  readonly outcome: Outcome;
  readonly platform: Platform | undefined;
  readonly account: string | undefined;
  readonly symbol: string | undefined;
  readonly code: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = details.kind;
    this.outcome = details.outcome;
    this.platform = details.platform;
    this.account = details.account;
    this.symbol = details.symbol;
    this.code = details.code;
    this.retryAfter = details.retryAfter;
  }

  /** The same error, saying where it happened. What it already says wins. */
  at(place: ErrorPlace): TradeError {
    return new TradeError(this.message, {
      kind: this.kind,
      outcome: this.outcome,
      code: this.code,
      retryAfter: this.retryAfter,
      cause: this.cause,
      platform: this.platform ?? place.platform,
      account: this.account ?? place.account,
      symbol: this.symbol ?? place.symbol,
    });
  }

  /**
   * What JSON is to say of it: an error's message is no enumerable property, and JSON would leave it out. The cause stays out: it may be a
   * raw reply, or whatever a callback threw.
   */
  toJSON(): object {
    return Object.assign({ name: this.name, message: this.message }, this);
  }
}

export interface RevokeFailure {
  readonly orderId: string;
  readonly error: TradeError;
}

/**
 * A revoke of several orders that did not succeed wholly. Its kind is that of its first failure, and those of orders that had ended before come
 * last: `already-done` says that nothing is left open.
 */
export class RevokeError extends TradeError {
  override readonly name = 'RevokeError';
  readonly revoked: readonly string[];
  readonly failed: readonly RevokeFailure[];

  constructor(revoked: readonly string[], failed: readonly RevokeFailure[], place: ErrorPlace, cause?: TradeError) {
    const isDone = ({ error }: RevokeFailure): boolean => error.kind === 'already-done';
    const sorted = [...failed.filter((failure) => !isDone(failure)), ...failed.filter(isDone)];
    // Where every order had ended but nobody confirmed that these were all, the latter is what failed.
    const unconfirmed = failed.every(isDone) ? cause : undefined;
    const first = unconfirmed ?? sorted[0]?.error;
    const list = sorted.map(({ orderId, error }) => `${orderId}: ${error.message}`);
    if (unconfirmed !== undefined) list.unshift(unconfirmed.message);
    const message =
      failed.length > 0
        ? `${failed.length} of ${failed.length + revoked.length} orders could not be revoked: ${list.join('; ')}`
        : (cause?.message ?? 'revoke failed');
    super(message, {
      kind: first?.kind ?? 'unknown',
      outcome: first?.outcome ?? 'unknown',
      code: first?.code,
      retryAfter: first?.retryAfter,
      cause: first?.cause,
      ...place,
    });
    this.revoked = revoked;
    this.failed = sorted;
  }
}

export type Result<T> = readonly [value: T, error: null] | readonly [value: null, error: TradeError];

export function ok<T>(value: T): Result<T> {
  return [value, null];
}

export function fail(error: TradeError): readonly [null, TradeError] {
  return [null, error];
}
