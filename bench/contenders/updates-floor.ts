// The floor: `ws`, JSON.parse, and the reading of every field an order has into one object. No merge, no exact decimals, no journal, no care.
import WebSocket from 'ws';
import type { Callback, Target, UpdatesClient } from './kit.ts';

interface Floored {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly status: string;
  readonly side: string;
  readonly type: string;
  readonly timeInForce: string;
  readonly price: number;
  readonly quantity: number;
  readonly filled: string;
  readonly value: number;
  readonly remain: number;
  readonly fee: number;
  readonly feeAsset: string;
  readonly tradeId: string;
  readonly fillPrice: number;
  readonly fillQuantity: number;
  readonly ctime: number;
  readonly utime: number;
}

type Row = Record<string, never>;

const STATUSES: Readonly<Record<string, string>> = {
  NEW: 'SUBMITTED',
  PARTIALLY_FILLED: 'PARTIAL-FILLED',
  FILLED: 'FILLED',
  CANCELED: 'CANCELED',
  live: 'SUBMITTED',
  partially_filled: 'PARTIAL-FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  submitted: 'SUBMITTED',
  'partial-filled': 'PARTIAL-FILLED',
  'partial-canceled': 'CANCELED',
};

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function readBinance(frame: { readonly event: Row }): Floored {
  const e = frame.event;
  const quantity = Number(e['q']);
  return {
    orderId: String(e['i']),
    clientOrderId: e['X'] === 'CANCELED' ? e['C']! : e['c']!,
    status: STATUSES[e['X']!] ?? '',
    side: e['S']!,
    type: e['o']!,
    timeInForce: e['f']!,
    price: Number(e['p']),
    quantity,
    filled: trimmed(e['z']!),
    value: Number(e['Z']),
    remain: quantity - Number(e['z']),
    fee: Number(e['n']),
    feeAsset: e['N']!,
    tradeId: String(e['t']),
    fillPrice: Number(e['L']),
    fillQuantity: Number(e['l']),
    ctime: e['O']!,
    utime: e['T']!,
  };
}

function readOkx(frame: { readonly data: readonly Row[] }): Floored {
  const row = frame.data[0]!;
  const quantity = Number(row['sz']);
  return {
    orderId: row['ordId']!,
    clientOrderId: row['clOrdId']!,
    status: STATUSES[row['state']!] ?? '',
    side: row['side']!,
    type: row['ordType']!,
    timeInForce: row['ordType']!,
    price: Number(row['px']),
    quantity,
    filled: row['accFillSz']!,
    value: Number(row['avgPx']),
    remain: quantity - Number(row['accFillSz']),
    fee: Number(row['fee']),
    feeAsset: row['feeCcy']!,
    tradeId: row['tradeId']!,
    fillPrice: Number(row['fillPx']),
    fillQuantity: Number(row['fillSz']),
    ctime: Number(row['cTime']),
    utime: Number(row['uTime']),
  };
}

/** The clearing channel names neither what is filled in all nor what is left: both come from the event before. */
const filledOf = new Map<string, string>();

function readHtx(frame: { readonly data: Row }): Floored {
  const row = frame.data;
  const quantity = Number(row['orderSize']);
  const orderId = String(row['orderId']);
  const isFee = row['transactFee'] !== undefined;
  const filled: string = isFee ? (filledOf.get(orderId) ?? '0') : (row['execAmt'] ?? '0');
  if (!isFee) filledOf.set(orderId, filled);
  return {
    orderId,
    clientOrderId: row['clientOrderId']!,
    status: STATUSES[row['orderStatus']!] ?? '',
    side: row['type'] ?? row['orderType']!,
    type: row['type'] ?? row['orderType']!,
    timeInForce: '',
    price: Number(row['orderPrice']),
    quantity,
    filled,
    value: Number(row['totalTradeAmount']),
    remain: quantity - Number(filled),
    fee: Number(row['transactFee']),
    feeAsset: row['feeCurrency']!,
    tradeId: String(row['tradeId']),
    fillPrice: Number(row['tradePrice']),
    fillQuantity: Number(row['tradeVolume']),
    ctime: row['orderCreateTime']!,
    utime: row['tradeTime'] ?? row['lastActTime']!,
  };
}

/** What opens the stream at the replay server. */
const SUBSCRIBE = {
  binance: { url: 'wsApi', text: '{"id":"1","method":"userDataStream.subscribe","params":{}}' },
  okx: { url: 'wsPrivate', text: '{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]}' },
  htx: { url: 'wsPrivate', text: '{"action":"sub","ch":"orders#*"}' },
} as const;

/** The last order seen: an object nobody keeps could be left out by the compiler. */
export let last: Floored | null = null;

export const floor: UpdatesClient = {
  connect({ exchange, endpoints }: Target, callback: Callback) {
    const { url, text } = SUBSCRIBE[exchange];
    const socket = new WebSocket(endpoints[url] ?? '', { perMessageDeflate: false, skipUTF8Validation: true });
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send(text));
      socket.once('message', () => {
        socket.on('message', (data: Buffer) => {
          const frame = JSON.parse(data.toString()) as never;
          const order =
            exchange === 'binance' ? readBinance(frame) : exchange === 'okx' ? readOkx(frame) : readHtx(frame);
          last = order;
          callback(order.orderId, order.status, order.filled);
        });
        resolve();
      });
    });
  },
};
