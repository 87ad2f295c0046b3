// Recorded OKX public sockets (`books`, `trades` of spot instruments) in the replay's neutral words.
// The frames are those of okx.md (public channels); futures and swaps count in contracts and are left out.

import {
  amount,
  isRecord,
  levels,
  openedUrl,
  parseCaptured,
  type RecordedEvent,
  type RecordingDecoder,
} from '../market/recording.ts';

const SPOT = /^([A-Z0-9]+)-([A-Z0-9]+)$/;

export const recordingDecoder: RecordingDecoder = {
  accepts: (firstLine) => openedUrl(firstLine)?.includes('okx.com') === true,
  decode(line) {
    const captured = parseCaptured(line);
    if (captured === null || captured.text === null || !captured.text.startsWith('{')) return [];
    const frame: unknown = JSON.parse(captured.text);
    if (!isRecord(frame) || !isRecord(frame['arg']) || !Array.isArray(frame['data'])) return [];
    const { channel, instId } = frame['arg'];
    const spot = typeof instId === 'string' ? SPOT.exec(instId) : null;
    if (spot === null) return [];
    const symbol = `${spot[1]}/${spot[2]}`;
    const rows: readonly unknown[] = frame['data'];
    const { time } = captured;
    if (channel === 'books') return rows.flatMap((row) => book(row, symbol, time, frame['action'] === 'snapshot'));
    return channel === 'trades' ? rows.flatMap((row) => trade(row, symbol, time)) : [];
  },
};

function book(row: unknown, symbol: string, time: number, snapshot: boolean): RecordedEvent[] {
  if (!isRecord(row)) return [];
  const { bids, asks } = row;
  return [{ kind: 'book', time, symbol, snapshot, bids: levels(bids), asks: levels(asks), updateId: null }];
}

function trade(row: unknown, symbol: string, time: number): RecordedEvent[] {
  if (!isRecord(row)) return [];
  const takerSide = row['side'] === 'buy' ? 'BUY' : 'SELL';
  return [{ kind: 'trade', time, symbol, price: amount(row['px']), quantity: amount(row['sz']), takerSide }];
}
