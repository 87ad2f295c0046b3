// What OKX's codes mean: the kind of error a strategy sees, and whether the exchange has said no or has said nothing (okx.md 11).
// A code of OKX's that is not listed is a refusal with the exchange's own words: 11.1 lists those that leave it unknown, and OKX has hundreds
// that refuse. Which code belongs to which order is replies.ts's part.

import { TradeError, type ErrorKind, type Outcome } from '../../domain/errors.ts';
import { OKX } from '../../domain/platform.ts';
import type { OrderRef } from '../exchange.ts';

/** Codes that promise nothing about what happened to a write (11.1). */
const UNKNOWN: Readonly<Record<string, ErrorKind>> = {
  '50001': 'maintenance',
  '50004': 'timeout',
  '50013': 'unknown',
  '50026': 'unknown',
  '51054': 'timeout',
  '51149': 'timeout',
  '64007': 'unknown',
};

/** The client order id is taken: that proves that an order with it exists (5.5, trap 19). */
const DUPLICATE = new Set(['51011', '51016', '50071']);

/** A cancel that found nothing to cancel: filled, canceled or never there. Only a query tells (6.3, trap 10). */
const GONE = new Set(['51400', '51401', '51402', '51405', '51503', '51603']);

/** The order is being canceled already: as good as taken. */
const CANCELING = '51410';
const CANCEL_TIMED_OUT = '51412';

export const NOT_FOUND = '51603';
export const LOGIN_NEEDED = '60011';
export const TOO_MANY_OPERATIONS = '60014';
/** What the socket says of an instrument code that is not, or not any more, its instrument's (trap 1). */
export const WRONG_CODE: ReadonlySet<string> = new Set(['51001', '60013']);
/**
 * What we hold of the instrument is out of date - its code, its steps, its least amount, or that it may be traded - : load it anew (2.1, 11.3).
 * Not 51029 and 51030, which pass within moments.
 */
export const STALE_RULES: ReadonlySet<string> = new Set([
  ...WRONG_CODE,
  '51015',
  '51020',
  '51021',
  '51022',
  '51027',
  '51028',
  '51087',
  '51121',
  '51150',
  '54072',
]);

const KINDS: Readonly<Record<string, ErrorKind>> = {
  '50011': 'rate-limited',
  '50040': 'rate-limited',
  '50061': 'rate-limited',
  [TOO_MANY_OPERATIONS]: 'rate-limited',
  '60023': 'rate-limited',
  // The request came too late: past its expTime on arrival, or while queued. It was dropped for certain.
  '50036': 'timeout',
  '50037': 'timeout',
  '50102': 'clock-skew',
  '50112': 'clock-skew',
  '60004': 'clock-skew',
  '60006': 'clock-skew',
  '50035': 'auth',
  '50007': 'auth',
  '51024': 'auth',
  '59113': 'auth',
  '60005': 'auth',
  '60007': 'auth',
  '60009': 'auth',
  '60011': 'auth',
  '60024': 'auth',
  '60032': 'auth',
  '51008': 'insufficient-funds',
  '51127': 'insufficient-funds',
  '51131': 'insufficient-funds',
  '51502': 'insufficient-funds',
  '51011': 'duplicate-order',
  '51016': 'duplicate-order',
  '50071': 'duplicate-order',
  '51603': 'order-not-found',
  '51400': 'already-done',
  '51401': 'already-done',
  '51402': 'already-done',
  '51405': 'already-done',
  '51410': 'already-done',
  '51503': 'already-done',
  '51412': 'timeout',
  // Not now: a call auction goes on, or an order that reached for retail liquidity is held up for a moment. Later it is canceled (6.3, 11.3).
  '51404': 'maintenance',
  // The instrument is suspended, or is being settled for a moment.
  '51022': 'maintenance',
  '51029': 'maintenance',
  '51030': 'maintenance',
  '54047': 'maintenance',
  '54048': 'maintenance',
  '63999': 'unknown',
};

/** Refusals of the order's own terms: its parameters, size, price, precision, or the instrument. */
const INVALID = new Set([
  '50014',
  '50015',
  '50016',
  '50024',
  '51000',
  '51001',
  '51003',
  '51005',
  '51006',
  '51007',
  '51010',
  '51015',
  '51020',
  '51021',
  '51027',
  '51028',
  '51031',
  '51087',
  '51101',
  '51116',
  '51120',
  '51121',
  '51122',
  '51135',
  '51136',
  '51137',
  '51138',
  '51150',
  '51201',
  '51202',
  '51203',
  '51407',
  '51408',
  '54036',
  '54072',
  '54084',
  '54085',
  '60012',
  '60013',
  '60027',
  '60033',
]);

export function kindOf(code: string): ErrorKind {
  const named = KINDS[code] ?? UNKNOWN[code];
  if (named !== undefined) return named;
  if (INVALID.has(code)) return 'invalid-order';
  if (isAuthCode(code)) return 'auth';
  return OWN_CODE.test(code) ? 'rejected' : 'unknown';
}

/** 501xx: key, signature, passphrase, permission, IP. All but 50115 (wrong HTTP method). Never worth a retry but for the clock (11.2). */
function isAuthCode(code: string): boolean {
  return /^501[0-2]\d$/.test(code) && code !== '50115';
}

/** What a code says of a write: did the exchange refuse, or is it unknown what happened. */
export function outcomeOf(code: string): Outcome {
  return code in UNKNOWN || DUPLICATE.has(code) || !OWN_CODE.test(code) ? 'unknown' : 'rejected';
}

/** What is written otherwise is the word of a gateway in between. */
const OWN_CODE = /^\d{5}$/;

/** Whether a wrong clock on our side caused it: measure the offset anew; the request itself was not executed. */
export function isClockCode(code: string): boolean {
  return kindOf(code) === 'clock-skew';
}

/** A login that fails this way fails the same way next time (4.2). 60009 is generic but, outside outages, means wrong credentials. */
export function isFatalLogin(code: string): boolean {
  return kindOf(code) === 'auth' && code !== LOGIN_NEEDED;
}

export type CancelVerdict = 'accepted' | 'gone' | 'unknown' | 'rejected';

/** What an item code of a cancel means for the cancel. */
export function cancelVerdict(code: string): CancelVerdict {
  if (code === '0' || code === CANCELING) return 'accepted';
  if (GONE.has(code)) return 'gone';
  return code === CANCEL_TIMED_OUT || outcomeOf(code) === 'unknown' ? 'unknown' : 'rejected';
}

/** What an error frame or an error body says, with whatever request it quotes cut off: a quoted login holds credentials. */
function withoutQuotedRequest(message: string): string {
  const quote = message.indexOf('{');
  return (quote < 0 ? message : message.slice(0, quote)).trim().replace(/:$/, '');
}

const ANOTHER_REGION =
  'a key works on the hosts of the region its account is of, and nowhere else: https://eea.okx.com, https://us.okx.com, …; see endpoints.rest';
/** What else a code may mean than it says (1.1, 1.3, trap 32). */
const HINTS: Readonly<Record<string, string>> = {
  '50101': "a key of demo trading needs endpoints 'testnet', any other key needs live ones",
  '50119': ANOTHER_REGION,
  '60005': ANOTHER_REGION,
  '60032': ANOTHER_REGION,
};

/**
 * The error for a code of the exchange. `outcome` may be given where the place decides (a read changes nothing, so it is never in doubt).
 */
export function errorFor(
  code: string,
  message: string,
  details: { readonly subCode?: string; readonly outcome?: Outcome; readonly symbol?: string | undefined } = {},
): TradeError {
  const words = withoutQuotedRequest(message);
  const text = words === '' ? 'no message' : words;
  const detail = details.subCode === undefined || details.subCode === '' ? code : `${code}_${details.subCode}`;
  const hint = HINTS[code];
  return new TradeError(hint === undefined ? `${text} (${detail})` : `${text} (${detail}); ${hint}`, {
    kind: kindOf(code),
    outcome: details.outcome ?? outcomeOf(code),
    platform: OKX,
    symbol: details.symbol,
    code,
    cause: { code, subCode: details.subCode, msg: words },
  });
}

/** The error for an id that OKX cannot know. */
export function noSuchOrder({ orderId, clientOrderId }: OrderRef): TradeError {
  return new TradeError(`no such order: ${orderId ?? clientOrderId ?? 'no id'}`, {
    kind: 'order-not-found',
    outcome: 'rejected',
    platform: OKX,
  });
}
