// The quick way to read the one frame that matters most, a push of the orders channel: straight from its bytes (wire/row-scan.ts).
// Whatever it declines is parsed by frames.ts as ever; both give decode.ts the same rows.

import { RowScanner, startsWith, valueEnd, type ScannedRow } from '../../wire/row-scan.ts';
import type { Row } from './frames.ts';

const ARG = Buffer.from('{"arg":');
const CHANNEL = Buffer.from('{"channel":"orders",');
const DATA = Buffer.from(',"data":[');
const TAIL = Buffer.from(']}');
const COMMA = 44;

/** Those that decode.ts asks for (7.2). */
const ORDER = new RowScanner(
  {
    instType: 'word',
    instId: 'word',
    ordId: 'textAgain',
    clOrdId: 'textAgain',
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
  (row, v) => {
    row['instType'] = v[0];
    row['instId'] = v[1];
    row['ordId'] = v[2];
    row['clOrdId'] = v[3];
    row['ordType'] = v[4];
    row['side'] = v[5];
    row['tdMode'] = v[6];
    row['tgtCcy'] = v[7];
    row['state'] = v[8];
    row['cancelSource'] = v[9];
    row['cancelSourceReason'] = v[10];
    row['px'] = v[11];
    row['sz'] = v[12];
    row['accFillSz'] = v[13];
    row['avgPx'] = v[14];
    row['fee'] = v[15];
    row['feeCcy'] = v[16];
    row['tradeId'] = v[17];
    row['fillPx'] = v[18];
    row['fillSz'] = v[19];
    row['fillFee'] = v[20];
    row['fillFeeCcy'] = v[21];
    row['execType'] = v[22];
    row['fillTime'] = v[23];
    row['ts'] = v[24];
    row['cTime'] = v[25];
    row['uTime'] = v[26];
  },
);

/** Rows are used again: whoever gets them has done with them before the next frame is read. Nearly every frame has one. */
const ROWS: ScannedRow[] = [];

/**
 * The rows of `{"arg":{"channel":"orders",…},"data":[…]}` (7.1), with the fields that decode.ts reads; null: parse it.
 * Good until the next frame is scanned.
 */
export function scanOrders(bytes: Buffer): readonly Row[] | null {
  if (!startsWith(bytes, 0, ARG) || !startsWith(bytes, ARG.length, CHANNEL)) return null;
  let at = valueEnd(bytes, ARG.length);
  if (!startsWith(bytes, at, DATA)) return null;
  at += DATA.length;
  const rows: Row[] = [];
  for (;;) {
    const row = (ROWS[rows.length] ??= {});
    if (!ORDER.read(bytes, at, row)) return null;
    rows.push(row);
    at = ORDER.end;
    if (bytes[at] !== COMMA) break;
    at++;
  }
  return startsWith(bytes, at, TAIL) && bytes.length === at + TAIL.length ? rows : null;
}
