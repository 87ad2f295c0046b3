// Recorded HTX market sockets (gzip frames: `depth.step0`, `trade.detail`) in the replay's neutral words.
// The frames are those of htx.md (market websocket); every depth frame is a whole book.

import { gunzipSync } from 'node:zlib';
import {
  amount,
  isRecord,
  levels,
  openedUrl,
  parseCaptured,
  splitSymbol,
  type RecordedEvent,
  type RecordingDecoder,
} from '../market/recording.ts';

const QUOTES = ['USDT', 'HUSD', 'USDC', 'BTC', 'ETH', 'HT', 'TRX'];
const CHANNEL = /^market\.([a-z0-9]+)\.(depth\.step0|trade\.detail)$/;

export const recordingDecoder: RecordingDecoder = {
  accepts: (firstLine) => /huobi|htx/.test(openedUrl(firstLine) ?? ''),
  decode(line) {
    const captured = parseCaptured(line);
    if (captured === null || captured.base64 === null) return [];
    const frame: unknown = JSON.parse(gunzipSync(Buffer.from(captured.base64, 'base64')).toString());
    if (!isRecord(frame) || typeof frame['ch'] !== 'string' || !isRecord(frame['tick'])) return [];
    const channel = CHANNEL.exec(frame['ch']);
    const symbol = channel?.[1] === undefined ? null : splitSymbol(channel[1], QUOTES);
    if (channel === null || symbol === null) return [];
    const { time } = captured;
    const { bids, asks, data } = frame['tick'];
    if (channel[2] === 'depth.step0') {
      return [{ kind: 'book', time, symbol, snapshot: true, bids: levels(bids), asks: levels(asks), updateId: null }];
    }
    const rows: readonly unknown[] = Array.isArray(data) ? data : [];
    return rows.flatMap((row) => trade(row, symbol, time));
  },
};

function trade(row: unknown, symbol: string, time: number): RecordedEvent[] {
  if (!isRecord(row)) return [];
  const takerSide = row['direction'] === 'buy' ? 'BUY' : 'SELL';
  return [{ kind: 'trade', time, symbol, price: amount(row['price']), quantity: amount(row['amount']), takerSide }];
}
