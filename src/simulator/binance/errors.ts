// Refusals as Binance words them: HTTP status, code, text, and what goes with some of them (binance.md A3.1, A10).
// Which refusal a request gets is decided where it is handled.

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: number;
  /** JSON text of the error's `data`, where it has one (cancelReplace). */
  readonly data: string | null;
  /** Milliseconds until it is worth trying again (429 and 418), else null. */
  readonly retryAfterMs: number | null;

  constructor(status: number, code: number, message: string, extra: { data?: string; retryAfterMs?: number } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.data = extra.data ?? null;
    this.retryAfterMs = extra.retryAfterMs ?? null;
  }

  /** The REST body. */
  get body(): string {
    const head = `{"code":${this.code},"msg":${JSON.stringify(this.message)}`;
    return this.data === null ? `${head}}` : `${head},"data":${this.data}}`;
  }
}

const bad = (code: number, message: string): ApiError => new ApiError(400, code, message);

export const unknownError = (): ApiError =>
  new ApiError(500, -1000, 'An unknown error occurred while processing the request.');
export const timeoutError = (): ApiError =>
  new ApiError(
    504,
    -1007,
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
  );
export const overloaded = (): ApiError =>
  new ApiError(503, -1008, 'Server is currently overloaded with other requests. Please try again in a few minutes.');
export const invalidKey = (): ApiError => new ApiError(401, -2015, 'Invalid API-key, IP, or permissions for action.');
export const malformedKey = (): ApiError => new ApiError(401, -2014, 'API-key format invalid.');
export const badSignature = (): ApiError => bad(-1022, 'Signature for this request is not valid.');
export const outsideWindow = (): ApiError => bad(-1021, 'Timestamp for this request is outside of the recvWindow.');
export const aheadOfServer = (): ApiError =>
  bad(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
export const badWindow = (): ApiError => bad(-1131, 'recvWindow must be less than 60000');

export const filterFailure = (filter: string): ApiError => bad(-1013, `Filter failure: ${filter}`);
export const invalidValue = (message: string): ApiError => bad(-1013, message);
export const illegal = (name: string, range: string): ApiError =>
  bad(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`);
export const missing = (name: string): ApiError =>
  bad(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
export const oneOfMissing = (first: string, second: string): ApiError =>
  bad(-1102, `Param '${first}' or '${second}' must be sent, but both were empty/null!`);
export const unread = (read: number, sent: number): ApiError =>
  bad(-1104, `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}'.`);
export const empty = (name: string): ApiError => bad(-1105, `Parameter '${name}' was empty.`);
export const notRequired = (name: string): ApiError => bad(-1106, `Parameter '${name}' sent when not required.`);
export const tooPrecise = (name: string): ApiError => bad(-1111, `Parameter '${name}' has too much precision.`);
export const invalidTimeInForce = (): ApiError => bad(-1115, 'Invalid timeInForce.');
export const invalidType = (): ApiError => bad(-1116, 'Invalid orderType.');
export const invalidSide = (): ApiError => bad(-1117, 'Invalid side.');
export const invalidInterval = (): ApiError => bad(-1120, 'Invalid interval.');
export const invalidSymbol = (): ApiError => bad(-1121, 'Invalid symbol.');
export const windowTooLong = (): ApiError => bad(-1127, 'More than 24 hours between startTime and endTime.');
export const badCombination = (): ApiError => bad(-1128, 'Combination of optional parameters invalid.');
export const invalidJson = (): ApiError => bad(-1135, 'Invalid JSON Request');
export const invalidRestriction = (): ApiError => bad(-1145, 'Invalid cancelRestrictions');
export const unsupported = (): ApiError => bad(-1020, 'This operation is not supported.');

export const rejected = (message: string): ApiError => bad(-2010, message);
export const unknownOrder = (): ApiError => bad(-2011, 'Unknown order sent.');
export const restricted = (): ApiError => bad(-2011, 'Order was not canceled due to cancel restrictions.');
export const noSuchOrder = (): ApiError => bad(-2013, 'Order does not exist.');
export const alreadySubscribed = (): ApiError => bad(-2035, 'User Data Stream subscription already active.');
export const notSubscribed = (): ApiError => bad(-2036, 'User Data Stream subscription not active.');
export const subscriptionsExhausted = (): ApiError =>
  bad(-2042, 'User Data Stream subscription ids exhausted for this connection.');
export const wrongClientId = (): ApiError => bad(-2039, 'Client order ID is not correct for this order ID.');

export function tooMuchWeight(limit: number, retryAfterMs: number): ApiError {
  const message =
    `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. ` +
    'Please use WebSocket Streams for live updates to avoid polling the API.';
  return new ApiError(429, -1003, message, { retryAfterMs });
}

export function tooManyConnections(retryAfterMs: number): ApiError {
  return new ApiError(429, -1003, 'Too many connection attempts.', { retryAfterMs });
}

/** The status of a banned address. */
export const BANNED = 418;

export function banned(until: number, retryAfterMs: number): ApiError {
  const message =
    `Way too much request weight used; IP banned until ${until}. ` +
    'Please use WebSocket Streams for live updates to avoid bans.';
  return new ApiError(BANNED, -1003, message, { retryAfterMs });
}

export function tooManyOrders(limit: number, interval: string, retryAfterMs: number): ApiError {
  const message = `Too many new orders; current limit is ${limit} orders per ${interval}.`;
  return new ApiError(429, -1015, message, { retryAfterMs });
}
