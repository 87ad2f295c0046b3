// The market streams that somebody listens to: each is made once, worded once, and handed to all its listeners.
// Connections and their control frames are market-streams.ts's part.

import type { VenueEvent } from '../../venue.ts';
import type { AggTrade } from '../agg-trades.ts';
import type { Desk } from '../desk.ts';
import { openStream, type Opened } from './catalogue.ts';
import type { Publication } from './publication.ts';

export interface StreamListener {
  readonly isCombined: boolean;
  send(text: string): void;
}

interface Topic {
  readonly listeners: Set<StreamListener>;
  readonly opened: Opened | null;
}

const NOBODY: ReadonlySet<Publication> = new Set();

export class StreamHub {
  private readonly desk: Desk;
  private readonly topics = new Map<string, Topic>();
  private readonly bySymbol = new Map<string, Set<Publication>>();
  private readonly ofAll = new Set<Publication>();

  constructor(desk: Desk) {
    this.desk = desk;
    desk.onMarket = (event) => {
      this.hear(event);
    };
    desk.aggTrades.onTrade = (trade) => {
      this.hearAggTrade(trade);
    };
  }

  subscribe(name: string, listener: StreamListener): void {
    let topic = this.topics.get(name);
    if (topic === undefined) {
      const listeners = new Set<StreamListener>();
      topic = { listeners, opened: openStream(this.desk, name, (data) => broadcast(name, listeners, data)) };
      this.topics.set(name, topic);
      if (topic.opened !== null) this.publications(topic.opened.symbol).add(topic.opened.publication);
    }
    topic.listeners.add(listener);
  }

  unsubscribe(name: string, listener: StreamListener): void {
    const topic = this.topics.get(name);
    if (topic === undefined) return;
    topic.listeners.delete(listener);
    if (topic.listeners.size > 0) return;
    this.topics.delete(name);
    this.stop(topic);
  }

  private publications(symbol: string | null): Set<Publication> {
    if (symbol === null) return this.ofAll;
    let publications = this.bySymbol.get(symbol);
    if (publications === undefined) this.bySymbol.set(symbol, (publications = new Set()));
    return publications;
  }

  private stop({ opened }: Topic): void {
    if (opened === null) return;
    opened.publication.stop();
    this.publications(opened.symbol).delete(opened.publication);
  }

  private hear(event: Extract<VenueEvent, { type: 'trade' | 'book' }>): void {
    const symbol = event.type === 'trade' ? event.trade.symbol : event.symbol;
    for (const audience of [this.bySymbol.get(symbol) ?? NOBODY, this.ofAll]) {
      for (const publication of audience) {
        if (event.type === 'trade') publication.onTrade?.(event);
        else publication.onBook?.(event);
      }
    }
  }

  private hearAggTrade(trade: AggTrade): void {
    for (const publication of this.bySymbol.get(trade.symbol) ?? NOBODY) publication.onAggTrade?.(trade);
  }

  close(): void {
    for (const topic of this.topics.values()) this.stop(topic);
    this.topics.clear();
    this.desk.onMarket = null;
    this.desk.aggTrades.onTrade = null;
  }
}

function broadcast(name: string, listeners: ReadonlySet<StreamListener>, data: string): void {
  let combined: string | null = null;
  for (const listener of listeners) {
    if (listener.isCombined) listener.send((combined ??= `{"stream":"${name}","data":${data}}`));
    else listener.send(data);
  }
}
