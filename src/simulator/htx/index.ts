// HTX's spot exchange over the simulated venue: REST and its four sockets (htx.md Part 1 is the specification).
// Puts the parts together; each part is a file of its own.

import { candlesWithPast } from '../candle-past.ts';
import type {
  Dialect,
  DialectContext,
  DialectFactory,
  ServerSession,
  ServerSocket,
  SimulatorReply,
} from '../dialect.ts';
import { Commands, DEFAULT_SETTINGS, type HtxSettings } from './commands.ts';
import { DeadMansSwitch } from './dead-mans-switch.ts';
import { METHOD, refuse } from './errors.ts';
import { MarketData } from './market-data.ts';
import { MarketSession } from './market-session.ts';
import { PrivateSession } from './private-session.ts';
import { Queries } from './queries.ts';
import { RateLimits } from './rate-limits.ts';
import { handleRest } from './rest.ts';
import type { Site } from './site.ts';
import { TradeSession } from './trade-session.ts';

class HtxDialect implements Dialect {
  readonly name = 'htx';
  private readonly site: Site;
  private readonly sessions = new Set<ServerSession>();

  constructor(context: DialectContext, settings: HtxSettings) {
    const { venue, gateway, clock, random } = context;
    const now = (): number => clock.now() + gateway.skew();
    const commands = new Commands(venue, gateway, settings);
    this.site = {
      venue,
      gateway,
      clock,
      random,
      commands,
      queries: new Queries(venue, gateway, commands),
      market: new MarketData(venue, candlesWithPast(context, 0), now),
      switches: new DeadMansSwitch(venue, clock),
      limits: new RateLimits(),
      settings,
      now,
    };
  }

  endpoints(httpOrigin: string, wsOrigin: string): Readonly<Record<string, string>> {
    return {
      rest: httpOrigin,
      wsMarket: `${wsOrigin}/ws`,
      wsFeed: `${wsOrigin}/feed`,
      wsPrivate: `${wsOrigin}/ws/v2`,
      wsTrade: `${wsOrigin}/ws/trade`,
    };
  }

  request: Dialect['request'] = (request, reply) => handleRest(this.site, request, reply);

  connect(
    socket: ServerSocket,
    path: string,
    _query: string,
    headers: Readonly<Record<string, string>>,
  ): ServerSession | SimulatorReply {
    const session = this.open(socket, path, headers['host'] ?? '');
    if (session === null) return refuse(METHOD, 405);
    this.sessions.add(session);
    return {
      onFrame: (text) => session.onFrame(text),
      onClose: () => {
        this.sessions.delete(session);
        session.onClose();
      },
    };
  }

  private open(socket: ServerSocket, path: string, host: string): ServerSession | null {
    switch (path) {
      case '/ws/v2':
        return new PrivateSession(this.site, socket, host);
      case '/ws/trade':
        return new TradeSession(this.site, socket, host);
      case '/ws':
      case '/feed':
        return new MarketSession(this.site, socket, path);
      default:
        return null;
    }
  }

  close(): void {
    this.site.switches.close();
    this.site.commands.close();
    for (const session of this.sessions) session.onClose();
    this.sessions.clear();
  }
}

/** The dialect with settings of its own. */
export function htxDialect(settings: Partial<HtxSettings> = {}): DialectFactory {
  return (context) => new HtxDialect(context, { ...DEFAULT_SETTINGS, ...settings });
}

export const createDialect: DialectFactory = htxDialect();
