// The quick way to read the one frame that matters most, an order's executionReport: straight from its bytes (wire/row-scan.ts).
// Whatever it declines is parsed by frames.ts as ever; both give decode.ts the same rows.

import { numberEnd, RowScanner, startsWith } from '../../wire/row-scan.ts';
import type { Row } from './frames.ts';

const HEAD = Buffer.from('{"subscriptionId":');
const EVENT = Buffer.from(',"event":');
const EXECUTION = Buffer.from('{"e":"executionReport",');
const CLOSE = 125;

/** Those that decode.ts asks for (A6). */
const REPORT = new RowScanner<Row>(
  {
    e: 'word',
    s: 'word',
    c: 'text',
    S: 'word',
    o: 'word',
    f: 'word',
    q: 'amount',
    p: 'amount',
    C: 'text',
    x: 'word',
    X: 'word',
    r: 'word',
    i: 'id',
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
    eR: 'word',
  },
  (v) => ({
    e: v[0],
    s: v[1],
    c: v[2],
    S: v[3],
    o: v[4],
    f: v[5],
    q: v[6],
    p: v[7],
    C: v[8],
    x: v[9],
    X: v[10],
    r: v[11],
    i: v[12],
    l: v[13],
    z: v[14],
    L: v[15],
    n: v[16],
    N: v[17],
    T: v[18],
    t: v[19],
    m: v[20],
    O: v[21],
    Z: v[22],
    eR: v[23],
  }),
);

/** The event of a frame `{"subscriptionId":0,"event":{"e":"executionReport",…}}` (A5.1), with the fields that decode.ts reads; null: parse it. */
export function scanExecutionReport(bytes: Buffer): Row | null {
  if (!startsWith(bytes, 0, HEAD)) return null;
  let at = numberEnd(bytes, HEAD.length);
  if (!startsWith(bytes, at, EVENT)) return null;
  at += EVENT.length;
  if (!startsWith(bytes, at, EXECUTION)) return null;
  const row = REPORT.read(bytes, bytes.toString('latin1'), at);
  // Said twice, the second time counts.
  if (row === null || row['e'] !== 'executionReport') return null;
  return bytes[REPORT.end] === CLOSE && bytes.length === REPORT.end + 1 ? row : null;
}
