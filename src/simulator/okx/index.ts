// OKX v5 over the simulated venue: SPOT, REST under /api/v5 and the three sockets under /ws/v5 (okx.md is the specification).
// Puts the parts together; each part is a file of its own. Exported for the registry of dialects and for tests.

import { candlesWithPast } from '../candle-past.ts';
import type {
  Dialect,
  DialectContext,
  DialectFactory,
  ServerSession,
  ServerSocket,
  SimulatorReply,
} from '../dialect.ts';
import type { Feeds, SocketPath } from './channels.ts';
import { ConnectionCounts } from './connection-counts.ts';
import { DeadMansSwitches } from './dead-mans-switch.ts';
import { Limiter, limit } from './limiter.ts';
import { BookFeed } from './market-books.ts';
import { StreamFeed } from './market-streams.ts';
import { settingsFrom, type OkxOptions } from './options.ts';
import { PrivateFeed } from './private-feed.ts';
import { refusal } from './refusal.ts';
import { handleRest, refusedReply } from './rest.ts';
import { Session } from './session.ts';
import { microsecondClock, type Site } from './site.ts';

export type { AccountLevel, BookFault, BookFrame, InstrumentNow, OkxOptions } from './options.ts';
export { signatureOf } from './auth.ts';

const SOCKET_PATHS: ReadonlyMap<string, SocketPath> = new Map([
  ['/ws/v5/public', 'public'],
  ['/ws/v5/private', 'private'],
  ['/ws/v5/business', 'business'],
]);

const CONNECTIONS = limit('connections', 3, 'ip', 1000);

class OkxDialect implements Dialect {
  readonly name = 'okx';
  private readonly site: Site;
  private readonly feeds: Feeds;
  private readonly counts = new ConnectionCounts();
  private readonly sessions = new Set<Session>();

  constructor(context: DialectContext, options: OkxOptions) {
    const { venue, gateway, clock, random } = context;
    const settings = settingsFrom(options);
    const now = (): number => clock.now() + gateway.skew();
    this.site = {
      venue,
      gateway,
      clock,
      random,
      settings,
      limiter: new Limiter(clock, settings.limits),
      switches: new DeadMansSwitches(venue, clock),
      candles: candlesWithPast(context, settings.inventedMinutes),
      now,
      microseconds: microsecondClock(now),
    };
    this.feeds = {
      privates: new PrivateFeed(this.site),
      books: new BookFeed(this.site),
      streams: new StreamFeed(this.site),
    };
  }

  endpoints(httpOrigin: string, wsOrigin: string): Readonly<Record<string, string>> {
    return {
      rest: httpOrigin,
      wsPublic: `${wsOrigin}/ws/v5/public`,
      wsPrivate: `${wsOrigin}/ws/v5/private`,
      wsBusiness: `${wsOrigin}/ws/v5/business`,
    };
  }

  request: Dialect['request'] = (request, reply) => handleRest(this.site, request, reply);

  connect(socket: ServerSocket, path: string): ServerSession | SimulatorReply {
    const kind = SOCKET_PATHS.get(path);
    if (kind === undefined) return refusedReply(refusal('404'));
    if (!this.site.limiter.take(CONNECTIONS, socket.remote)) return refusedReply(refusal('50011'));
    const session = new Session(
      { site: this.site, feeds: this.feeds, counts: this.counts, onGone: (gone) => this.sessions.delete(gone) },
      socket,
      kind,
    );
    this.sessions.add(session);
    return session;
  }

  close(): void {
    // A session takes itself out of the set when it ends, which a Set's iteration allows.
    for (const session of this.sessions) session.onClose();
    this.feeds.privates.close();
    this.feeds.books.close();
    this.feeds.streams.close();
    this.site.switches.close();
  }
}

/** A simulated OKX with other settings than the documented ones. */
export function okxDialect(options: OkxOptions): DialectFactory {
  return (context) => new OkxDialect(context, options);
}

export const createDialect: DialectFactory = okxDialect({});
