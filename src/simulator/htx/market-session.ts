// One connection to `/ws` or `/feed`: gzip frames, `{"ping":n}`, subscriptions and pulls of market topics (htx.md section 9).

import { gzipSync } from 'node:zlib';
import type { Timer } from '../../seam/clock.ts';
import type { ServerSession, ServerSocket } from '../dialect.ts';
import { jsonText, type JsonValue } from '../json-text.ts';
import type { Bar } from '../engine/bars.ts';
import type { Level, VenueEvent, VenueInstrument } from '../venue.ts';
import type { Params } from './commands.ts';
import { readFrame, word } from './frame.ts';
import { Heartbeat } from './heartbeat.ts';
import { marketNumber } from './java-number.ts';
import { levels, periodNamed } from './market-data.ts';
import type { Site } from './site.ts';
import { findInstrument, rawSymbol } from './symbols.ts';

const PING_EVERY_MS = 5000;
/** A connection may pull once in so long (section 9.1). */
const PULL_EVERY_MS = 100;
const TOPIC =
  /^market\.([a-z0-9]+)\.(?:(kline)\.(\w+)|(depth)\.step([0-5])|(mbp\.refresh)\.(5|10|20)|(mbp)\.(5|20|150|400)|(bbo|trade\.detail|detail|ticker))$/;

interface Topic {
  readonly name: string;
  readonly instrument: VenueInstrument;
  readonly kind: string;
  /** Step or number of levels. */
  readonly detail: string;
  /** Of candles. */
  readonly period: Bar | null;
}

/** How a topic is kept up: by a timer, by every book change, by every trade. */
const EVERY_MS: Readonly<Record<string, number>> = {
  kline: 1000,
  depth: 1000,
  'mbp.refresh': 100,
  detail: 1000,
  ticker: 1000,
};

export class MarketSession implements ServerSession {
  private readonly site: Site;
  private readonly socket: ServerSocket;
  private readonly path: '/ws' | '/feed';
  private readonly topics = new Map<string, Topic>();
  private readonly timers = new Map<string, Timer>();
  private readonly incremental = new Map<string, Incremental>();
  private lastPullAt = -Infinity;
  private closed = false;
  private readonly heartbeat: Heartbeat;
  private readonly stopListening: () => void;
  private readonly unregister: () => void;

  constructor(site: Site, socket: ServerSocket, path: '/ws' | '/feed') {
    this.site = site;
    this.socket = socket;
    this.path = path;
    this.heartbeat = new Heartbeat({
      clock: site.clock,
      everyMs: PING_EVERY_MS,
      now: () => site.now(),
      send: (ping) => this.send({ ping }),
      giveUp: () => socket.close(1000, 'no pong'),
    });
    this.stopListening = site.venue.listen((event) => this.onEvent(event));
    this.unregister = site.gateway.register({
      stream: 'market',
      accountUid: () => null,
      cut: () => socket.terminate(),
      expire: () => socket.close(1000, 'time out close'),
    });
  }

  private send(message: JsonValue): void {
    this.socket.send(gzipSync(jsonText(message), { level: 1 }));
  }

  onFrame(text: string): void {
    const frame = readFrame(text);
    if (frame === null) return this.refuse('', 'not json string');
    if (frame['pong'] !== undefined) return this.heartbeat.answered(frame['pong']);
    const id = word(frame['id']);
    const { sub, unsub, req } = frame;
    if (typeof sub === 'string') return this.ask('subscribe', id, () => this.subscribe(sub, id));
    if (typeof unsub === 'string') return this.ask('subscribe', id, () => this.unsubscribe(unsub, id));
    if (typeof req === 'string') return this.ask('market', id, () => this.pull(req, id, frame));
    this.refuse(id, 'invalid topic');
  }

  private refuse(id: string, message: string): void {
    this.send({ status: 'error', ts: this.site.now(), id, 'err-code': 'bad-request', 'err-msg': message });
  }

  /** Through the gateway, in force when the answer leaves; what it refuses is refused in the words of section 9.1. */
  private ask(operation: 'subscribe' | 'market', id: string, run: () => void): void {
    this.site.gateway.run<() => void>(
      { operation, channel: 'socket', accountUid: null, symbol: null, remote: this.socket.remote, count: 1 },
      {
        execute: () => run,
        failure: (kind) => () =>
          this.refuse(id, kind === 'rate-limit' || kind === 'ban' ? '429 too many request' : 'request timeout'),
        deliver: (answer) => {
          if (!this.closed) answer();
        },
      },
    );
  }

  /** `/feed` serves nothing but incremental books, `/ws` everything else. */
  private parse(name: string): Topic | null {
    const match = TOPIC.exec(name);
    if (match === null) return null;
    const instrument = findInstrument(this.site.venue, match[1] ?? '');
    if (instrument === null) return null;
    const kind = match[2] ?? match[4] ?? match[6] ?? match[8] ?? match[10] ?? '';
    if ((kind === 'mbp') !== (this.path === '/feed')) return null;
    const detail = match[3] ?? match[5] ?? match[7] ?? match[9] ?? '';
    const period = kind === 'kline' ? periodNamed(detail) : null;
    if (kind === 'kline' && period === null) return null;
    return { name, instrument, kind, detail, period };
  }

  private problem(name: string): string {
    const raw = TOPIC.exec(name)?.[1];
    return raw !== undefined && findInstrument(this.site.venue, raw) === null
      ? 'The coin pair does not currently offer subscription services.'
      : `invalid topic ${name}`;
  }

  private subscribe(name: string, id: string): void {
    const topic = this.parse(name);
    const all = name === 'market.tickers' && this.path === '/ws';
    if (topic === null && !all) return this.refuse(id, this.problem(name));
    const answered = { id, status: 'ok', subbed: name, ts: this.site.now() };
    if (topic === null) {
      this.send(answered);
      this.every(name, 1000, () =>
        this.send({ ch: name, status: 'ok', ts: this.site.now(), data: this.site.market.tickers() }),
      );
      return;
    }
    this.topics.set(name, topic);
    this.send(answered);
    if (topic.kind === 'mbp') {
      this.site.market.cachedBook(topic.instrument, Number(topic.detail));
      this.incremental.set(name, new Incremental(this.site, topic.instrument, Number(topic.detail)));
      if (topic.detail === '150' || topic.detail === '400') this.every(name, 100, () => this.pushIncrement(topic));
      return;
    }
    const everyMs = EVERY_MS[topic.kind];
    if (everyMs === undefined) {
      if (topic.kind === 'bbo') this.pushTick(topic);
      return;
    }
    this.pushTick(topic);
    this.every(name, everyMs, () => this.pushTick(topic));
  }

  private every(name: string, ms: number, run: () => void): void {
    this.timers.get(name)?.cancel();
    const next = (): void => {
      this.timers.set(
        name,
        this.site.clock.after(ms, () => {
          run();
          next();
        }),
      );
    };
    next();
  }

  private unsubscribe(name: string, id: string): void {
    const known = this.topics.delete(name) || this.timers.has(name);
    this.timers.get(name)?.cancel();
    this.timers.delete(name);
    this.incremental.delete(name);
    if (known) this.send({ id, status: 'ok', unsubbed: name, ts: this.site.now() });
    else this.refuse(id, 'unsub with not subbed topic');
  }

  private pull(name: string, id: string, frame: Params): void {
    const now = this.site.clock.monotonic();
    if (now - this.lastPullAt < PULL_EVERY_MS) return this.refuse(id, '429 too many request');
    this.lastPullAt = now;
    const topic = this.parse(name);
    if (topic === null) return this.refuse(id, this.problem(name));
    this.send({ id, status: 'ok', ts: this.site.now(), rep: name, data: this.pulled(topic, frame) });
  }

  private pulled(topic: Topic, frame: Params): JsonValue {
    if (topic.kind === 'mbp') {
      return this.site.market.cachedBook(topic.instrument, Number(topic.detail));
    }
    if (topic.period !== null) {
      const from = typeof frame['from'] === 'number' ? frame['from'] * 1000 : undefined;
      const to = typeof frame['to'] === 'number' ? frame['to'] * 1000 : undefined;
      return this.site.market.candles(topic.instrument, topic.period, 300, from, to).reverse();
    }
    if (topic.kind === 'trade.detail') {
      return this.site.venue
        .trades(topic.instrument.symbol, 300)
        .map((trade) => this.site.market.tradeTick([trade], 'tradeId'));
    }
    return this.tick(topic);
  }

  private tick(topic: Topic): JsonValue {
    const { market, venue } = this.site;
    const { instrument } = topic;
    if (topic.period !== null) return market.currentCandle(instrument, topic.period);
    switch (topic.kind) {
      case 'depth':
        return market.depthTick(instrument, topic.detail === '0' ? 150 : 20);
      case 'mbp.refresh': {
        const book = venue.book(instrument.symbol, Number(topic.detail));
        return { seqNum: book.updateId, bids: levels(book.bids), asks: levels(book.asks) };
      }
      case 'bbo': {
        const book = venue.book(instrument.symbol, 1);
        const [bid, ask] = [book.bids[0], book.asks[0]];
        return {
          seqId: book.updateId,
          ask: ask === undefined ? 0 : marketNumber(ask[0]),
          askSize: ask === undefined ? 0 : marketNumber(ask[1]),
          bid: bid === undefined ? 0 : marketNumber(bid[0]),
          bidSize: bid === undefined ? 0 : marketNumber(bid[1]),
          quoteTime: book.time,
          symbol: rawSymbol(instrument),
        };
      }
      case 'detail':
        return {
          id: this.site.now(),
          version: venue.book(instrument.symbol, 1).updateId,
          ...market.summary(instrument),
        };
      default:
        return market.ticker(instrument);
    }
  }

  private pushTick(topic: Topic): void {
    const tick = this.tick(topic);
    if (tick !== null) this.send({ ch: topic.name, ts: this.site.now(), tick });
  }

  private pushIncrement(topic: Topic): void {
    const tick = this.incremental.get(topic.name)?.take();
    if (tick !== undefined && tick !== null) this.send({ ch: topic.name, ts: this.site.now(), tick });
  }

  private onEvent(event: VenueEvent): void {
    if (this.topics.size === 0) return;
    if (event.type === 'trade') {
      for (const topic of this.topics.values()) {
        if (topic.kind === 'trade.detail' && topic.instrument.symbol === event.trade.symbol) {
          this.send({
            ch: topic.name,
            ts: this.site.now(),
            tick: this.site.market.tradeTick([event.trade], 'tradeId'),
          });
        }
      }
      return;
    }
    if (event.type !== 'book') return;
    for (const topic of this.topics.values()) {
      if (topic.instrument.symbol !== event.symbol) continue;
      if (topic.kind === 'bbo') this.pushTick(topic);
      if (topic.kind === 'mbp' && (topic.detail === '5' || topic.detail === '20')) this.pushIncrement(topic);
    }
  }

  onClose(): void {
    this.closed = true;
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
    this.heartbeat.stop();
    this.stopListening();
    this.unregister();
  }
}

/** The difference between two looks at the top of a book: changed levels absolute, those that left the range as size 0 (section 9.3). */
class Incremental {
  private readonly site: Site;
  private readonly instrument: VenueInstrument;
  private readonly depth: number;
  private sequence: bigint;
  private bids: Map<string, Level>;
  private asks: Map<string, Level>;

  constructor(site: Site, instrument: VenueInstrument, depth: number) {
    this.site = site;
    this.instrument = instrument;
    this.depth = depth;
    const book = site.venue.book(instrument.symbol, depth);
    this.sequence = book.updateId;
    this.bids = byPrice(book.bids);
    this.asks = byPrice(book.asks);
  }

  /** Null when nothing changed; 150 and 400 levels are told also then, with empty sides. */
  take(): JsonValue {
    const book = this.site.venue.book(this.instrument.symbol, this.depth);
    const bids = byPrice(book.bids);
    const asks = byPrice(book.asks);
    const bidChanges = difference(this.bids, bids);
    const askChanges = difference(this.asks, asks);
    const previous = this.sequence;
    const whole = this.depth >= 150;
    if (!whole && bidChanges.length === 0 && askChanges.length === 0) return null;
    this.sequence = book.updateId;
    this.bids = bids;
    this.asks = asks;
    return {
      seqNum: book.updateId,
      prevSeqNum: previous,
      bids: whole || bidChanges.length > 0 ? bidChanges : undefined,
      asks: whole || askChanges.length > 0 ? askChanges : undefined,
    };
  }
}

function byPrice(side: readonly Level[]): Map<string, Level> {
  return new Map(side.map((level) => [level[0].toString(), level]));
}

function difference(before: ReadonlyMap<string, Level>, after: ReadonlyMap<string, Level>): JsonValue[] {
  const changes: JsonValue[] = [];
  for (const [price, [exact, quantity]] of after) {
    const old = before.get(price);
    if (old === undefined || !old[1].eq(quantity)) changes.push([marketNumber(exact), marketNumber(quantity)]);
  }
  for (const [price, [exact]] of before) if (!after.has(price)) changes.push([marketNumber(exact), 0]);
  return changes;
}
