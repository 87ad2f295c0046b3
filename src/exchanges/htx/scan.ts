// The quick way to read the frames that matter most, pushes about orders and their fees: straight from their bytes (wire/row-scan.ts).
// Whatever it declines is parsed by frames.ts as ever; both give decode.ts the same rows.

import { RowScanner, startsWith, textEnd, type ScannedRow } from '../../wire/row-scan.ts';
import type { PrivateFrame } from './frames.ts';

const HEAD = Buffer.from('{"action":"push","ch":"');
const ORDERS = Buffer.from('orders');
const CLEARING = Buffer.from('trade.clearing');
const DATA = Buffer.from(',"data":');
const CLOSE = 125;

/** Those that decode.ts, stream-memory.ts and account-feed.ts ask for (8.3, 8.4). */
const ORDER = new RowScanner(
  {
    eventType: 'word',
    symbol: 'word',
    orderId: 'idAgain',
    clientOrderId: 'textAgain',
    type: 'word',
    orderStatus: 'word',
    orderPrice: 'amount',
    orderSize: 'amount',
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
    accountId: 'idAgain',
    orderSource: 'word',
  },
  (row, v) => {
    row['eventType'] = v[0];
    row['symbol'] = v[1];
    row['orderId'] = v[2];
    row['clientOrderId'] = v[3];
    row['type'] = v[4];
    row['orderStatus'] = v[5];
    row['orderPrice'] = v[6];
    row['orderSize'] = v[7];
    row['execAmt'] = v[8];
    row['totalTradeAmount'] = v[9];
    row['tradeId'] = v[10];
    row['tradePrice'] = v[11];
    row['tradeVolume'] = v[12];
    row['tradeTime'] = v[13];
    row['aggressor'] = v[14];
    row['orderCreateTime'] = v[15];
    row['lastActTime'] = v[16];
    row['canceledSource'] = v[17];
    row['canceledSourceDesc'] = v[18];
    row['accountId'] = v[19];
    row['orderSource'] = v[20];
  },
);

const FEE = new RowScanner(
  {
    eventType: 'word',
    symbol: 'word',
    orderId: 'idAgain',
    clientOrderId: 'textAgain',
    orderType: 'word',
    orderPrice: 'amount',
    orderSize: 'amount',
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
    accountId: 'idAgain',
    source: 'word',
  },
  (row, v) => {
    row['eventType'] = v[0];
    row['symbol'] = v[1];
    row['orderId'] = v[2];
    row['clientOrderId'] = v[3];
    row['orderType'] = v[4];
    row['orderPrice'] = v[5];
    row['orderSize'] = v[6];
    row['tradeId'] = v[7];
    row['tradePrice'] = v[8];
    row['tradeVolume'] = v[9];
    row['tradeTime'] = v[10];
    row['aggressor'] = v[11];
    row['orderCreateTime'] = v[12];
    row['transactFee'] = v[13];
    row['feeCurrency'] = v[14];
    row['feeDeduct'] = v[15];
    row['feeDeduct '] = v[16];
    row['feeDeductType'] = v[17];
    row['fee-deduct-state'] = v[18];
    row['accountId'] = v[19];
    row['source'] = v[20];
  },
);

/** Every push is read into the same row of its kind: whoever gets it has done with it before the next frame is read. */
const ORDER_ROW: ScannedRow = {};
const FEE_ROW: ScannedRow = {};

/**
 * A frame `{"action":"push","ch":"orders#…","data":{…}}`, or of the clearing channel, with the fields that decode.ts reads; null: parse it.
 * Good until the next frame is scanned.
 */
export function scanPush(bytes: Buffer): Extract<PrivateFrame, { type: 'push' }> | null {
  if (!startsWith(bytes, 0, HEAD)) return null;
  const isOrder = startsWith(bytes, HEAD.length, ORDERS);
  if (!isOrder && !startsWith(bytes, HEAD.length, CLEARING)) return null;
  const end = textEnd(bytes, HEAD.length);
  if (!startsWith(bytes, end, DATA)) return null;
  const scanner = isOrder ? ORDER : FEE;
  const data = isOrder ? ORDER_ROW : FEE_ROW;
  if (!scanner.read(bytes, end + DATA.length, data)) return null;
  if (bytes[scanner.end] !== CLOSE || bytes.length !== scanner.end + 1) return null;
  return { type: 'push', channel: bytes.toString('latin1', HEAD.length, end - 1), data };
}
