// What of the simulated exchange can be set: limits, times of connections, and the points on which its public documents are silent.
// The defaults are the documented live values; tests and benchmarks change what they need.

export type BanWords = 'ban' | 'key' | 'firewall';

export interface BinanceOptions {
  /** Request weight per IP and minute (binance.md A3.2). */
  readonly weightPerMinute: number;
  /** Raw requests per IP and five minutes. */
  readonly requestsPer5Minutes: number;
  /** Unfilled orders per account. */
  readonly ordersPer10Seconds: number;
  readonly ordersPerDay: number;
  /** What the first fill of an order takes off the unfilled count. */
  readonly takerFillCredit: number;
  readonly makerFillCredit: number;
  /** Requests refused with 429 within one minute before the IP is banned. */
  readonly refusalsBeforeBan: number;
  /** The first ban; every later one of the IP is twice as long, up to three days. */
  readonly banMs: number;
  /**
   * How a ban shows itself: in its own words (418, -1003), by calling the key invalid (-2015; binance.md D7), or as the firewall's page (403, REST
   * only; A3.1). `any`: one of them at every request.
   */
  readonly bansShowAs: BanWords | 'any';
  readonly connectionsPer5Minutes: number;
  /** Messages per second that a market stream connection may send, pings and pongs included. */
  readonly streamMessagesPerSecond: number;
  readonly streamsPerConnection: number;
  readonly pingEveryMs: number;
  readonly pongWithinMs: number;
  readonly connectionLifeMs: number;
  /** From the notice of a shutdown to the closing of the connection. */
  readonly shutdownNoticeMs: number;
  readonly maxOpenOrders: number;
  /** Whether a canceled order can still be found by the client id it was placed with (undocumented; binance.md A8.1). */
  readonly findsCanceledByOriginalId: boolean;
  /** Whether a REJECTED carries the id that the refused order got, as documented; else -1, as an old account of them has it (binance.md A6.5). */
  readonly rejectsWithId: boolean;
  /** Whether an order refused as a duplicate is also announced as REJECTED (undocumented; binance.md A6.5). */
  readonly announcesDuplicates: boolean;
  /** Minutes of candles invented before the first trade. */
  readonly inventedMinutes: number;
}

const MINUTE = 60_000;

export const DEFAULT_OPTIONS: BinanceOptions = {
  weightPerMinute: 6000,
  requestsPer5Minutes: 300_000,
  ordersPer10Seconds: 100,
  ordersPerDay: 200_000,
  takerFillCredit: 1,
  makerFillCredit: 5,
  refusalsBeforeBan: 10,
  banMs: 2 * MINUTE,
  bansShowAs: 'ban',
  connectionsPer5Minutes: 300,
  streamMessagesPerSecond: 5,
  streamsPerConnection: 1024,
  pingEveryMs: 20_000,
  pongWithinMs: MINUTE,
  connectionLifeMs: 24 * 60 * MINUTE,
  shutdownNoticeMs: 1000,
  maxOpenOrders: 200,
  findsCanceledByOriginalId: false,
  rejectsWithId: true,
  announcesDuplicates: false,
  inventedMinutes: 1440,
};
