// Streams of trades, of aggregated trades, and of candles (binance.md A11.2).
// A candle is told at most every two seconds (1s candles every second), and once more when it closes.

import type { Candle } from '../../engine/candles.ts';
import type { AggTrade } from '../agg-trades.ts';
import type { Desk } from '../desk.ts';
import { candleEvent, candlesOf, type Interval } from '../intervals.ts';
import { padded, type Listed } from '../symbols.ts';
import { Beat, type Publication, type Publish, type TradeEvent } from './publication.ts';

export function tradeStream(desk: Desk, { wire }: Listed, publish: Publish): Publication {
  return {
    onTrade({ trade: { tradeId, price, quantity, time, takerSide } }: TradeEvent) {
      publish(
        `{"e":"trade","E":${desk.serverTime()},"s":"${wire}","t":${tradeId},"p":"${padded(price)}","q":"${padded(quantity)}"` +
          `,"T":${time},"m":${takerSide === 'SELL'},"M":true}`,
      );
    },
    stop() {},
  };
}

export function aggTradeStream(desk: Desk, { wire }: Listed, publish: Publish): Publication {
  return {
    onAggTrade({ id, price, quantity, firstTradeId, lastTradeId, time, takerSide }: AggTrade) {
      publish(
        `{"e":"aggTrade","E":${desk.serverTime()},"s":"${wire}","a":${id},"p":"${padded(price)}","q":"${padded(quantity)}"` +
          `,"f":${firstTradeId},"l":${lastTradeId},"T":${time},"m":${takerSide === 'SELL'},"M":true}`,
      );
    },
    stop() {},
  };
}

export class CandleStream implements Publication {
  private readonly desk: Desk;
  private readonly listed: Listed;
  private readonly interval: Interval;
  private readonly publish: Publish;
  private readonly beat: Beat;
  /** The candle that was running at the last beat. */
  private openTime: number | null;
  private isChanged = false;

  constructor(desk: Desk, listed: Listed, interval: Interval, publish: Publish) {
    this.desk = desk;
    this.listed = listed;
    this.interval = interval;
    this.publish = publish;
    this.openTime = this.newest()?.openTime ?? null;
    this.beat = new Beat(desk.clock, interval === '1s' ? 1000 : 2000, () => {
      this.tell();
    });
  }

  private newest(startTime?: number): Candle | null {
    const query = startTime === undefined ? { limit: 1 } : { startTime, limit: 1 };
    const { symbol } = this.listed.instrument;
    return candlesOf(this.desk.candles, symbol, this.interval, query, this.desk.clock.now()).at(0) ?? null;
  }

  onTrade(): void {
    this.isChanged = true;
  }

  private tell(): void {
    const running = this.newest();
    if (running === null) return;
    if (this.openTime !== null && this.openTime !== running.openTime) {
      const closed = this.newest(this.openTime);
      if (closed !== null) this.send(closed, true);
      this.isChanged = true;
    }
    this.openTime = running.openTime;
    if (this.isChanged) this.send(running, false);
    this.isChanged = false;
  }

  private send(candle: Candle, isClosed: boolean): void {
    this.publish(candleEvent(this.listed.wire, this.interval, candle, isClosed, this.desk.serverTime()));
  }

  stop(): void {
    this.beat.stop();
  }
}
