// The quick way to read the frames that matter most, pushes about orders and their fees: straight from their bytes (wire/row-scan.ts).
// Whatever it declines is parsed by frames.ts as ever; both give decode.ts the same rows.

import { RowScanner, startsWith, textEnd } from '../../wire/row-scan.ts';
import type { PrivateFrame, Row } from './frames.ts';

const HEAD = Buffer.from('{"action":"push","ch":"');
const ORDERS = Buffer.from('orders');
const CLEARING = Buffer.from('trade.clearing');
const DATA = Buffer.from(',"data":');
const CLOSE = 125;

/** Those that decode.ts and stream-memory.ts ask for (8.3, 8.4). `orderSize` stays a text: whether it is there at all says something. */
const ORDER = new RowScanner<Row>(
  {
    eventType: 'word',
    symbol: 'word',
    orderId: 'id',
    clientOrderId: 'text',
    type: 'word',
    orderStatus: 'word',
    orderPrice: 'amount',
    orderSize: 'text',
    execAmt: 'amount',
    totalTradeAmount: 'amount',
    tradeId: 'id',
    tradePrice: 'amount',
    tradeVolume: 'amount',
    tradeTime: 'number',
    aggressor: 'word',
    orderCreateTime: 'number',
    lastActTime: 'number',
    canceledSource: 'word',
    canceledSourceDesc: 'word',
  },
  (v) => ({
    eventType: v[0],
    symbol: v[1],
    orderId: v[2],
    clientOrderId: v[3],
    type: v[4],
    orderStatus: v[5],
    orderPrice: v[6],
    orderSize: v[7],
    execAmt: v[8],
    totalTradeAmount: v[9],
    tradeId: v[10],
    tradePrice: v[11],
    tradeVolume: v[12],
    tradeTime: v[13],
    aggressor: v[14],
    orderCreateTime: v[15],
    lastActTime: v[16],
    canceledSource: v[17],
    canceledSourceDesc: v[18],
  }),
);

const FEE = new RowScanner<Row>(
  {
    eventType: 'word',
    symbol: 'word',
    orderId: 'id',
    clientOrderId: 'text',
    orderType: 'word',
    orderPrice: 'amount',
    orderSize: 'text',
    tradeId: 'id',
    tradePrice: 'amount',
    tradeVolume: 'amount',
    tradeTime: 'number',
    aggressor: 'word',
    orderCreateTime: 'number',
    transactFee: 'amount',
    feeCurrency: 'word',
    feeDeduct: 'amount',
    'feeDeduct ': 'amount',
    feeDeductType: 'word',
    'fee-deduct-state': 'word',
  },
  (v) => ({
    eventType: v[0],
    symbol: v[1],
    orderId: v[2],
    clientOrderId: v[3],
    orderType: v[4],
    orderPrice: v[5],
    orderSize: v[6],
    tradeId: v[7],
    tradePrice: v[8],
    tradeVolume: v[9],
    tradeTime: v[10],
    aggressor: v[11],
    orderCreateTime: v[12],
    transactFee: v[13],
    feeCurrency: v[14],
    feeDeduct: v[15],
    'feeDeduct ': v[16],
    feeDeductType: v[17],
    'fee-deduct-state': v[18],
  }),
);

/** A frame `{"action":"push","ch":"orders#…","data":{…}}`, or of the clearing channel, with the fields that decode.ts reads; null: parse it. */
export function scanPush(bytes: Buffer): Extract<PrivateFrame, { type: 'push' }> | null {
  if (!startsWith(bytes, 0, HEAD)) return null;
  const isOrder = startsWith(bytes, HEAD.length, ORDERS);
  if (!isOrder && !startsWith(bytes, HEAD.length, CLEARING)) return null;
  const end = textEnd(bytes, HEAD.length);
  if (!startsWith(bytes, end, DATA)) return null;
  const text = bytes.toString('latin1');
  const scanner = isOrder ? ORDER : FEE;
  const data = scanner.read(bytes, text, end + DATA.length);
  if (data === null || bytes[scanner.end] !== CLOSE || bytes.length !== scanner.end + 1) return null;
  return { type: 'push', channel: text.slice(HEAD.length, end - 1), data };
}
