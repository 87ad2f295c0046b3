// Recorded Binance spot streams (`<local ns> <frame>` per line: depth diffs, bookTicker, trade) in the replay's neutral words.
// The frames are those of binance.md A3; reading and playing the file is market/'s part.

import {
  amount,
  isRecord,
  levels,
  splitSymbol,
  type RecordedEvent,
  type RecordingDecoder,
} from '../market/recording.ts';

const QUOTES = ['USDT', 'FDUSD', 'USDC', 'BUSD', 'TUSD', 'BTC', 'ETH', 'BNB', 'EUR', 'TRY'];
const LINE = /^\d{16,} \{/;

export const recordingDecoder: RecordingDecoder = {
  accepts: (firstLine) => LINE.test(firstLine),
  decode(line) {
    const space = line.indexOf(' ');
    // Nanoseconds beyond 2^53: the last digits are lost, far below what a timer can tell apart.
    const time = Number(line.slice(0, space)) / 1e6;
    const frame: unknown = JSON.parse(line.slice(space + 1));
    const data = isRecord(frame) ? frame['data'] : null;
    if (!isRecord(data) || typeof data['s'] !== 'string') return [];
    const symbol = splitSymbol(data['s'], QUOTES);
    return symbol === null ? [] : read(data, symbol, time);
  },
};

function read(data: Readonly<Record<string, unknown>>, symbol: string, time: number): readonly RecordedEvent[] {
  const { e: event, u: updateId } = data;
  if (event === 'trade') {
    const takerSide = data['m'] === true ? 'SELL' : 'BUY';
    return [{ kind: 'trade', time, symbol, price: amount(data['p']), quantity: amount(data['q']), takerSide }];
  }
  if (typeof updateId !== 'number') return [];
  if (event === 'depthUpdate') {
    return [
      { kind: 'book', time, symbol, snapshot: false, bids: levels(data['b']), asks: levels(data['a']), updateId },
    ];
  }
  // bookTicker is the one stream here that does not name its event.
  if (event !== undefined || data['B'] === undefined) return [];
  const bid = [amount(data['b']), amount(data['B'])] as const;
  const ask = [amount(data['a']), amount(data['A'])] as const;
  return [{ kind: 'top', time, symbol, bid, ask, updateId }];
}
