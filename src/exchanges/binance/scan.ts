// The quick way to read the one frame that matters most, an order's executionReport: straight from its bytes (wire/row-scan.ts).
// Whatever it declines is parsed by frames.ts as ever; both give decode.ts the same rows.

import { numberEnd, RowScanner, startsWith, type ScannedRow } from '../../wire/row-scan.ts';
import type { Row } from './frames.ts';

const HEAD = Buffer.from('{"subscriptionId":');
const EVENT = Buffer.from(',"event":');
const EXECUTION = Buffer.from('{"e":"executionReport",');
const CLOSE = 125;

/** Those that decode.ts asks for (A6). */
const REPORT = new RowScanner(
  {
    e: 'word',
    s: 'word',
    c: 'textAgain',
    S: 'word',
    o: 'word',
    f: 'word',
    q: 'amount',
    p: 'amount',
    C: 'textAgain',
    x: 'word',
    X: 'word',
    r: 'word',
    i: 'idAgain',
    l: 'amount',
    z: 'amount',
    L: 'amount',
    n: 'amount',
    N: 'word',
    T: 'number',
    t: 'id',
    m: 'word',
    O: 'number',
    Z: 'amount',
    Q: 'amount',
    eR: 'word',
  },
  (row, v) => {
    row['e'] = v[0];
    row['s'] = v[1];
    row['c'] = v[2];
    row['S'] = v[3];
    row['o'] = v[4];
    row['f'] = v[5];
    row['q'] = v[6];
    row['p'] = v[7];
    row['C'] = v[8];
    row['x'] = v[9];
    row['X'] = v[10];
    row['r'] = v[11];
    row['i'] = v[12];
    row['l'] = v[13];
    row['z'] = v[14];
    row['L'] = v[15];
    row['n'] = v[16];
    row['N'] = v[17];
    row['T'] = v[18];
    row['t'] = v[19];
    row['m'] = v[20];
    row['O'] = v[21];
    row['Z'] = v[22];
    row['Q'] = v[23];
    row['eR'] = v[24];
  },
);

/** Every report is read into the same row: whoever gets it has done with it before the next frame is read. */
const ROW: ScannedRow = {};

/**
 * The event of a frame `{"subscriptionId":0,"event":{"e":"executionReport",…}}` (A5.1), with the fields that decode.ts reads; null: parse it.
 * Good until the next frame is scanned.
 */
export function scanExecutionReport(bytes: Buffer): Row | null {
  if (!startsWith(bytes, 0, HEAD)) return null;
  let at = numberEnd(bytes, HEAD.length);
  if (!startsWith(bytes, at, EVENT)) return null;
  at += EVENT.length;
  // If `e` appears twice, JSON keeps the last: check the value that was read.
  if (!startsWith(bytes, at, EXECUTION) || !REPORT.read(bytes, at, ROW) || ROW['e'] !== 'executionReport') return null;
  return bytes[REPORT.end] === CLOSE && bytes.length === REPORT.end + 1 ? ROW : null;
}
