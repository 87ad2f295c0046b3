// The quick way to read the frame that comes most often, a depthUpdate of the combined stream: straight from its bytes (wire/level-scan.ts).
// Whatever it declines is parsed and read by books.ts as ever; both give the same update.

import { DECLINED, passBytes, scanInteger, scanLevels } from '../../wire/level-scan.ts';
import { textEnd } from '../../wire/row-scan.ts';
import type { DepthUpdate } from './books.ts';

const STREAM = Buffer.from('{"stream":"');
const EVENT = Buffer.from(',"data":{"e":"depthUpdate","E":');
const SYMBOL = Buffer.from(',"s":"');
const FIRST = Buffer.from(',"U":');
const LAST = Buffer.from(',"u":');
const BIDS = Buffer.from(',"b":');
const ASKS = Buffer.from(',"a":');
const END = Buffer.from('}}');

export interface StreamedUpdate {
  readonly stream: string;
  readonly update: DepthUpdate;
}

/** A frame `{"stream":"…","data":{"e":"depthUpdate",…}}` with exactly the fields of A11.2 in their order; null: parse it. */
export function scanDepth(frame: Buffer): StreamedUpdate | null {
  const nameAt = passBytes(frame, 0, STREAM);
  if (nameAt === DECLINED) return null;
  const nameEnd = textEnd(frame, nameAt);
  const numbers: number[] = [];
  let at = scanInteger(frame, passBytes(frame, nameEnd, EVENT), numbers);
  at = textEnd(frame, passBytes(frame, at, SYMBOL));
  at = scanInteger(frame, passBytes(frame, at, FIRST), numbers);
  at = scanInteger(frame, passBytes(frame, at, LAST), numbers);
  const bids: number[] = [];
  at = scanLevels(frame, passBytes(frame, at, BIDS), bids);
  const asks: number[] = [];
  at = scanLevels(frame, passBytes(frame, at, ASKS), asks);
  const [time, first, sequence] = numbers;
  if (passBytes(frame, at, END) !== frame.length || time === undefined || first === undefined || sequence === undefined)
    return null;
  return { stream: frame.toString('latin1', nameAt, nameEnd - 1), update: { first, sequence, time, bids, asks } };
}
