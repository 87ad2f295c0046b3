// One of HTX's public sockets, /ws or /feed (htx.md 9.1): gzip frames out of which typed ones are made, pings answered, connection healed.
// What is subscribed there, and what becomes of the pushes, is market-feed.ts's part.

import { gunzipSync } from 'node:zlib';
import type { TradeError } from '../../domain/errors.ts';
import { parseJsonNumbersAsText } from '../../wire/json.ts';
import { Link, type LinkEvent, type LinkOptions } from '../../wire/link.ts';
import { marketFrame, type MarketFrame, type PingFrame } from './frames.ts';

/** The server pings every 5 s; one and a half periods of silence is a dead connection. */
const SILENCE_MS = 7_500;

export type DataFrame = Exclude<MarketFrame, PingFrame | { type: 'junk' }>;

interface MarketSocketHandlers {
  /** Nothing is subscribed yet: a new connection remembers nothing. */
  onLive(): void;
  onBroken(reason: string): void;
  onFrame(frame: DataFrame): void;
  onError(error: TradeError): void;
  /** Never 'exception', which is onError's. */
  onEvent(event: LinkEvent): void;
}

export class HtxMarketSocket {
  readonly #link: Link;

  constructor(
    link: Pick<LinkOptions, 'transport' | 'clock' | 'random' | 'log' | 'name' | 'url'>,
    handlers: MarketSocketHandlers,
  ) {
    this.#link = new Link({
      ...link,
      silenceMs: SILENCE_MS,
      open: () => Promise.resolve(),
      onFrame: (data, _binary, session) => {
        const frame = read(data);
        if (frame.type === 'ping') session.send(frame.pong);
        else if (frame.type === 'junk')
          link.log.warn('unreadable frame on a market socket', { connection: link.name, bytes: data.length });
        else handlers.onFrame(frame);
      },
      onLive: () => handlers.onLive(),
      onBroken: (reason) => handlers.onBroken(reason),
      onEvent: (event) => {
        if (event.type === 'exception') handlers.onError(event.error);
        else handlers.onEvent(event);
      },
      onFatal: (error) => handlers.onError(error),
    });
  }

  get isLive(): boolean {
    return this.#link.isLive;
  }

  start(): void {
    this.#link.start();
  }

  stop(): Promise<void> {
    return this.#link.stop();
  }

  /** False: nothing was sent. */
  send(text: string): boolean {
    return this.#link.session?.send(text) ?? false;
  }
}

const GZIP_FIRST_BYTE = 0x1f;

/** Unzipped at once, so that frames keep their order. Plain text is read as well: some servers answer so. Numbers stay the text they are (13). */
export function read(data: Buffer): MarketFrame {
  try {
    const text = data[0] === GZIP_FIRST_BYTE ? gunzipSync(data) : data;
    return marketFrame(parseJsonNumbersAsText(text.toString('utf8')));
  } catch {
    return { type: 'junk' };
  }
}
