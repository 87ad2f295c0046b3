// Reads a recording from disk piece by piece: gunzip, lines, decoded events, never the whole file at once.
// `inspectRecording` looks at its beginning to tell what is in it; playing it is replay.ts's part.

import { createReadStream, type ReadStream } from 'node:fs';
import { constants, createGunzip, type Gunzip } from 'node:zlib';
import { Decimal } from '../../domain/decimal.ts';
import type { VenueInstrument } from '../venue.ts';
import type { RecordedEvent, RecordingDecoder } from './recording.ts';

/** Lines looked at to find out what a recording holds. */
const INSPECTED_LINES = 3000;

function gunzipped(source: ReadStream): Gunzip {
  // Who records is killed now and then: a file that breaks off is read as far as it goes.
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  // An error of the file must reach whoever reads the decompressed end.
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

interface LineBatch {
  readonly lines: readonly string[];
  /** The file ended without ending this line: it may be half a line. */
  readonly isTorn: boolean;
}

/** The lines of each decompressed piece of the file. */
async function* lineBatches(file: string): AsyncGenerator<LineBatch> {
  const source = createReadStream(file);
  const stream = file.endsWith('.gz') ? gunzipped(source) : source;
  const bytes: AsyncIterable<unknown> = stream;
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of bytes) {
      if (!(chunk instanceof Uint8Array)) continue;
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) yield { lines, isTorn: false };
    }
    if (rest !== '') yield { lines: [rest], isTorn: true };
  } finally {
    source.destroy();
    stream.destroy();
  }
}

function choose(decoders: readonly RecordingDecoder[], file: string, firstLine: string): RecordingDecoder {
  const decoder = decoders.find((each) => each.accepts(firstLine));
  if (decoder === undefined) throw new Error(`${file}: not a recording of a kind that can be replayed`);
  return decoder;
}

/** The events of a recording, a batch for each piece of the file. Throws when the file cannot be read or is of no known kind. */
export async function* readRecording(
  file: string,
  decoders: readonly RecordingDecoder[],
): AsyncGenerator<readonly RecordedEvent[]> {
  let decoder: RecordingDecoder | null = null;
  for await (const { lines, isTorn } of lineBatches(file)) {
    const [firstLine = ''] = lines;
    const chosen = (decoder ??= choose(decoders, file, firstLine));
    const decode = (line: string) => (isTorn ? decodeTorn(chosen, line) : chosen.decode(line));
    const events = lines.flatMap((line) => (line === '' ? [] : decode(line)));
    if (events.length > 0) yield events;
  }
}

/** Half a line says nothing. */
function decodeTorn(decoder: RecordingDecoder, line: string): readonly RecordedEvent[] {
  try {
    return decoder.decode(line);
  } catch {
    return [];
  }
}

export interface RecordingContents {
  /** The symbol to replay: the one with both a book and trades, and most of them. */
  readonly symbol: string;
  /** The first price that was traded. */
  readonly firstPrice: Decimal;
  /** An instrument with the steps seen in the recording, for symbols that are not listed otherwise. */
  readonly instrument: VenueInstrument;
}

interface Seen {
  books: number;
  trades: number;
  firstPrice: Decimal | null;
  priceDecimals: number;
  quantityDecimals: number;
}

/** @throws Error when no symbol has both a book and trades */
export async function inspectRecording(
  file: string,
  decoders: readonly RecordingDecoder[],
): Promise<RecordingContents> {
  const bySymbol = new Map<string, Seen>();
  let count = 0;
  for await (const events of readRecording(file, decoders)) {
    for (const event of events) note(bySymbol, event);
    count += events.length;
    if (count >= INSPECTED_LINES) break;
  }
  let best: { symbol: string; seen: Seen; firstPrice: Decimal } | null = null;
  for (const [symbol, seen] of bySymbol) {
    const { firstPrice } = seen;
    if (seen.books === 0 || firstPrice === null) continue;
    if (best === null || seen.books + seen.trades > best.seen.books + best.seen.trades)
      best = { symbol, seen, firstPrice };
  }
  if (best === null) throw new Error(`${file}: no symbol in it has both a book and trades`);
  const { symbol, seen, firstPrice } = best;
  return { symbol, firstPrice, instrument: instrumentFrom(symbol, seen) };
}

function note(bySymbol: Map<string, Seen>, event: RecordedEvent): void {
  let seen = bySymbol.get(event.symbol);
  if (seen === undefined) {
    seen = { books: 0, trades: 0, firstPrice: null, priceDecimals: 0, quantityDecimals: 0 };
    bySymbol.set(event.symbol, seen);
  }
  if (event.kind === 'book') seen.books++;
  if (event.kind !== 'trade') return;
  seen.trades++;
  seen.firstPrice ??= event.price;
  seen.priceDecimals = Math.max(seen.priceDecimals, event.price.decimals());
  seen.quantityDecimals = Math.max(seen.quantityDecimals, event.quantity.decimals());
}

function instrumentFrom(symbol: string, seen: Seen): VenueInstrument {
  const [base = '', quote = ''] = symbol.split('/');
  const step = (decimals: number): Decimal => Decimal.from(`1e-${decimals}`);
  return {
    symbol,
    base,
    quote,
    tickSize: step(seen.priceDecimals),
    lotSize: step(seen.quantityDecimals),
    minQuantity: step(seen.quantityDecimals),
    maxQuantity: Decimal.from('9000000000'),
    minNotional: Decimal.from('5'),
    code: 1000,
  };
}
