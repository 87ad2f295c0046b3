// A "no" in OKX's words: code, text, sub-code, and the HTTP status that goes with a code (okx.md 11.2, 11.3).
// Where a refusal is put (request level or one item of `data`) is decided by whoever catches it.

/** HTTP statuses that are not 200. Business codes of single orders never get here: they travel inside 200. */
const STATUS: Readonly<Record<string, number>> = {
  '50000': 400,
  '50001': 503,
  '50002': 400,
  '50004': 400,
  '50005': 410,
  '50006': 400,
  '50011': 429,
  '50013': 429,
  '50014': 400,
  '50015': 400,
  '50016': 400,
  '50026': 500,
  '50040': 429,
  '50100': 400,
  '50115': 405,
  '50119': 200,
  '50120': 200,
  '50121': 200,
  '51000': 400,
  '51054': 500,
  '51149': 500,
  '51406': 400,
  '51501': 400,
  '404': 404,
};

export function httpStatusOf(code: string): number {
  return STATUS[code] ?? (code.startsWith('501') ? 401 : 200);
}

/** The gateway's own refusals (authentication, rate) have no `data` key on the wire (okx.md 3). */
export function isGatewayCode(code: string): boolean {
  const status = httpStatusOf(code);
  return status === 401 || status === 429 || status === 404 || status === 405;
}

const TEXTS = {
  '404': 'Invalid request URL',
  '50000': 'Body for POST request cannot be empty.',
  '50001': 'Service temporarily unavailable. Please try again later.',
  '50002': 'JSON syntax error',
  '50004':
    'API endpoint request timeout (does not mean that the request was successful or failed, please check the request result).',
  '50006': 'Invalid Content-Type. Please use "application/json".',
  '50011': 'Too Many Requests',
  '50026': 'System error. Try again later.',
  '50036': "The expTime can't be earlier than the current system time. Please adjust the expTime and try again.",
  '50040': 'Too frequent operations, please try again later',
  '50101': 'APIKey does not match current environment.',
  '50102': 'Timestamp request expired',
  '50103': 'Request header "OK-ACCESS-KEY" can\'t be empty.',
  '50104': 'Request header "OK-ACCESS-PASSPHRASE" can\'t be empty.',
  '50105': 'Request header "OK-ACCESS-PASSPHRASE" incorrect.',
  '50106': 'Request header "OK-ACCESS-SIGN" can\'t be empty.',
  '50107': 'Request header "OK-ACCESS-TIMESTAMP" can\'t be empty.',
  '50111': 'Invalid OK-ACCESS-KEY',
  '50112': 'Invalid OK-ACCESS-TIMESTAMP',
  '50113': 'Invalid Sign',
  '50115': 'Invalid request method.',
  '50119': "API key doesn't exist",
  '50120': "This API key doesn't have permission to use this function",
  '51001': "Instrument ID, Instrument ID code, or Spread ID doesn't exist.",
  '51003': 'Either client order ID or order ID is required.',
  '51005': 'Your order amount exceeds the max order amount.',
  '51010': 'Request unsupported under current account mode.',
  '51016': 'Client order ID already exists.',
  '51020': 'Your order should meet or exceed the minimum order amount.',
  '51021': 'Instrument is not listed.',
  '51022': 'Instrument is suspended.',
  '51024': 'Trading account is blocked',
  '51025': 'Order count exceeds the limit',
  '51027': 'Instrument has expired.',
  '51071': "You've reached the maximum limit for tag level cancel all after timers.",
  '51111': 'Maximum 20 orders can be placed in bulk',
  '51121': 'Order quantity must be a multiple of the lot size.',
  '51150': 'The precision of the number of trades or the price exceeds the limit.',
  '51400': 'Order cancellation failed as the order has been filled, canceled or does not exist.',
  '51406': 'Canceled - order count exceeds the limit 20',
  '51407': 'Either order ID or client order ID is required.',
  '51408': 'Pair ID or name does not match the order info.',
  '51500': 'You must enter a price, quantity, or TP/SL.',
  '51501': 'Maximum of 20 orders can be amended.',
  '51503': 'Your order has already been filled or canceled.',
  '51506': 'Order modification unavailable for the order type.',
  '51603': 'Order does not exist',
  '54036': 'You cannot place fok orders with cancel both self trade prevention mode.',
  '60004': 'Invalid timestamp',
  '60005': 'Invalid apiKey',
  '60006': 'Timestamp request expired',
  '60007': 'Invalid sign',
  '60009': 'Login failed.',
  '60011': 'Please log in',
  '60013': 'Invalid args',
  '60014': 'Requests too frequent',
  '60024': 'Wrong passphrase',
  '60028': 'The current operation is not supported by this URL. Please use the correct URL for the operation.',
  '60031': 'The WebSocket endpoint does not allow multiple or repeated logins.',
  '60032': "API key doesn't exist",
  '63999': 'Login failed due to internal error. Please try again later.',
  '64001': "This channel has been migrated to the '/business' URL. Please subscribe using the new URL.",
  '64002':
    "This channel is not supported by '/business' URL. Please use '/private' (for private channels) or '/public' (for public channels).",
  '64003': "Your trading fee tier doesn't meet the requirement to access this channel",
  '64008': 'The connection will soon be closed for a service upgrade. Please reconnect.',
} as const;

/** Codes whose text needs no value filled in. */
export type KnownCode = keyof typeof TEXTS;

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly subCode: string;

  constructor(code: string, message: string, subCode = '') {
    super(message);
    this.code = code;
    this.subCode = subCode;
  }
}

export function textOf(code: KnownCode): string {
  return TEXTS[code];
}

export function refusal(code: KnownCode, subCode = ''): Refusal {
  return new Refusal(code, TEXTS[code], subCode);
}

/** 51000; the trailing space is on the real wire too (okx.md 11.3). */
export function badParameter(name: string): Refusal {
  return new Refusal('51000', `Parameter ${name} error `);
}

/** 50014. */
export function emptyParameter(name: string): Refusal {
  return new Refusal('50014', `Parameter ${name} cannot be empty`);
}
