// The quick way to read the one frame that matters most, a push of the orders channel: straight from its bytes (wire/row-scan.ts).
// Whatever it declines is parsed by frames.ts as ever; both give decode.ts the same rows.

import { RowScanner, startsWith, valueEnd } from '../../wire/row-scan.ts';
import type { Row } from './frames.ts';

const ARG = Buffer.from('{"arg":');
const CHANNEL = Buffer.from('{"channel":"orders",');
const DATA = Buffer.from(',"data":[');
const TAIL = Buffer.from(']}');
const COMMA = 44;

/** Those that decode.ts asks for (7.2). */
const ORDER = new RowScanner<Row>(
  {
    instType: 'word',
    instId: 'word',
    ordId: 'text',
    clOrdId: 'text',
    ordType: 'word',
    side: 'word',
    tdMode: 'word',
    tgtCcy: 'word',
    state: 'word',
    cancelSource: 'word',
    cancelSourceReason: 'text',
    px: 'amount',
    sz: 'amount',
    accFillSz: 'amount',
    avgPx: 'amount',
    fee: 'amount',
    feeCcy: 'word',
    tradeId: 'text',
    fillPx: 'amount',
    fillSz: 'amount',
    fillFee: 'amount',
    fillFeeCcy: 'word',
    execType: 'word',
    fillTime: 'time',
    ts: 'time',
    cTime: 'time',
    uTime: 'time',
  },
  (v) => ({
    instType: v[0],
    instId: v[1],
    ordId: v[2],
    clOrdId: v[3],
    ordType: v[4],
    side: v[5],
    tdMode: v[6],
    tgtCcy: v[7],
    state: v[8],
    cancelSource: v[9],
    cancelSourceReason: v[10],
    px: v[11],
    sz: v[12],
    accFillSz: v[13],
    avgPx: v[14],
    fee: v[15],
    feeCcy: v[16],
    tradeId: v[17],
    fillPx: v[18],
    fillSz: v[19],
    fillFee: v[20],
    fillFeeCcy: v[21],
    execType: v[22],
    fillTime: v[23],
    ts: v[24],
    cTime: v[25],
    uTime: v[26],
  }),
);

/** The rows of `{"arg":{"channel":"orders",…},"data":[…]}` (7.1), with the fields that decode.ts reads; null: parse it. */
export function scanOrders(bytes: Buffer): readonly Row[] | null {
  if (!startsWith(bytes, 0, ARG) || !startsWith(bytes, ARG.length, CHANNEL)) return null;
  let at = valueEnd(bytes, ARG.length);
  if (!startsWith(bytes, at, DATA)) return null;
  at += DATA.length;
  const text = bytes.toString('latin1');
  const rows: Row[] = [];
  for (;;) {
    const row = ORDER.read(bytes, text, at);
    if (row === null) return null;
    rows.push(row);
    at = ORDER.end;
    if (bytes[at] !== COMMA) break;
    at++;
  }
  return startsWith(bytes, at, TAIL) && bytes.length === at + TAIL.length ? rows : null;
}
