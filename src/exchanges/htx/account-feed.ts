// The private stream of HTX, /ws/v2 (htx.md 8): login, three subscriptions, pings answered in kind, pushes decoded into reports and balances.
// Reconnecting and liveness are wire/link.ts's part; nothing is replayed after a break: the receiver of onLive reconciles.

import type { OrderReport } from '../../domain/order-report.ts';
import type { Clock } from '../../seam/clock.ts';
import { sleep } from '../../seam/clock.ts';
import { parseJson } from '../../wire/json.ts';
import { Link, type LinkOptions } from '../../wire/link.ts';
import type { Session } from '../../wire/link-session.ts';
import type { AccountFeed, AccountFeedHandlers, QueryOutcome } from '../exchange.ts';
import type { Balances } from './balances.ts';
import { CreationWatch } from './creation-watch.ts';
import { clearingPush, orderPush } from './decode.ts';
import { asText, privateFrame, text, type PrivateFrame, type Row } from './frames.ts';
import { answerKey, isFatalLogin, logIn, subscribe, type LoginContext } from './login.ts';
import { errorFor } from './outcomes.ts';
import { scanPush } from './scan.ts';
import type { SpotAccount } from './spot-account.ts';
import type { StreamMemory } from './stream-memory.ts';
import type { SymbolTable } from './symbols.ts';

/** The server pings every 20 s (8.1); one and a half periods of silence is a dead connection. Trap 29 waits twice as long, blind to fills meanwhile. */
const SILENCE_MS = 30_000;

/** In this order, so that no order event comes before those who tell its fees and its money are listening (8.7). */
const CHANNELS = ['accounts.update#2', 'trade.clearing#*#1', 'orders#*'] as const;

/** Waits before each look-up of an order whose end the stream told with fills missing: queries lag behind the stream (5.13). */
const LOOK_UP_WAITS_MS = [100, 1_000, 3_000] as const;

export interface FeedContext {
  readonly link: Pick<LinkOptions, 'transport' | 'clock' | 'random' | 'log'>;
  readonly login: LoginContext;
  readonly symbols: SymbolTable;
  readonly memory: StreamMemory;
  readonly balances: Balances;
  readonly spot: SpotAccount;
  /** Undefined: the exchange's own default. */
  readonly streamSilence: number | undefined;
  lookUp(symbol: string, rawSymbol: string, orderId: string): Promise<QueryOutcome>;
}

export class HtxAccountFeed implements AccountFeed {
  readonly #context: FeedContext;
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #creations: CreationWatch;
  #handlers: AccountFeedHandlers | null = null;
  #isStopped = false;

  constructor(context: FeedContext) {
    this.#context = context;
    this.#clock = context.link.clock;
    const { link, login } = context;
    this.#link = new Link({
      ...link,
      name: 'htx private',
      url: login.url,
      silenceMs: context.streamSilence ?? SILENCE_MS,
      open: (session) => this.#open(session),
      onFrame: (data, _binary, session, receivedAt) => this.#frame(data, session, receivedAt),
      onLive: () => {
        this.#creations.live();
        this.#handlers?.onLive();
      },
      onBroken: (reason) => {
        this.#creations.broken();
        this.#handlers?.onBroken(reason);
      },
      onEvent: (event) => this.#handlers?.onEvent(event),
      isFatal: isFatalLogin,
      onFatal: (error) => this.#handlers?.onFatal(error),
    });
    this.#creations = new CreationWatch(link.clock, () =>
      this.#link.breakNow('an order was accepted, and nothing came about it'),
    );
  }

  get isLive(): boolean {
    return this.#link.isLive && !this.#isStopped;
  }

  /** An order that was sent at `sentAt` (monotonic) has just been accepted: its creation comes over this stream, or has come. */
  accepted(sentAt: number): void {
    this.#creations.accepted(sentAt);
  }

  start(handlers: AccountFeedHandlers): void {
    if (this.#handlers !== null) throw new Error('the account feed was started before');
    this.#handlers = handlers;
    this.#link.start();
  }

  /** Every symbol comes by the one subscription. */
  watch(): void {}

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#creations.stop();
    return this.#link.stop();
  }

  async #open(session: Session): Promise<void> {
    const { login } = this.#context;
    await logIn(session, login);
    this.#handlers?.onEvent({ type: 'authenticated' });
    await Promise.all(CHANNELS.map((channel) => subscribe(session, channel, login.timeoutMs)));
  }

  #frame(data: Buffer, session: Session, receivedAt: number): void {
    const frame = read(data);
    switch (frame.type) {
      case 'push':
        this.#push(frame.channel, frame.data, receivedAt);
        break;
      case 'ping':
        session.send(frame.pong);
        break;
      case 'answer':
        if (!session.settle(answerKey(frame.action, frame.channel), frame)) this.#unexpected(frame.code, frame.message);
        break;
      case 'junk':
        this.#context.link.log.warn('unreadable frame on the private stream', { bytes: data.length });
    }
  }

  /** Channels are told by their beginning: wildcards and modes are echoed in one way here and in another there (trap 11). */
  #push(channel: string, row: Row, receivedAt: number): void {
    if (channel.startsWith('orders')) this.#orders(row, receivedAt);
    else if (channel.startsWith('trade.clearing')) {
      if (this.#isOthers(row, row['source'])) return;
      this.#deliver(
        this.#decode(row, (symbol) => clearingPush(row, symbol)),
        receivedAt,
      );
    } else if (channel.startsWith('accounts')) {
      if (this.#context.spot.isOther(asText(row['accountId']))) return;
      const assets = this.#context.balances.push(row);
      if (assets !== null) this.#handlers?.onAssets(assets);
    }
  }

  #isOthers(row: Row, source: unknown): boolean {
    return this.#context.spot.isOthersOrder(asText(row['orderId']), asText(row['accountId']), asText(source));
  }

  #orders(row: Row, receivedAt: number): void {
    if (this.#isOthers(row, row['orderSource'])) return;
    this.#creations.heard(receivedAt);
    const report = this.#decode(row, (symbol) => orderPush(row, symbol, this.#context.memory.hints(row)));
    this.#deliver(report, receivedAt);
    if (report !== null && report.life === null && report.orderId !== null)
      void this.#lookUp(report.symbol, text(row, 'symbol'), report.orderId);
  }

  #decode(row: Row, decode: (symbol: string) => OrderReport | null): OrderReport | null {
    const symbol = this.#context.symbols.toSymbol(text(row, 'symbol'));
    return symbol === null ? null : decode(symbol);
  }

  #deliver(report: OrderReport | null, receivedAt: number): void {
    if (report !== null) this.#handlers?.onReports([report], receivedAt);
  }

  /** The end of a market buy came with fills unheard: its last word is asked for. Failing that, the order stays open until it is reconciled. */
  async #lookUp(symbol: string, rawSymbol: string, orderId: string): Promise<void> {
    for (const wait of LOOK_UP_WAITS_MS) {
      await sleep(this.#clock, wait);
      if (this.#isStopped) return;
      const outcome = await this.#context.lookUp(symbol, rawSymbol, orderId);
      if (outcome.outcome !== 'found') continue;
      this.#handlers?.onReports(outcome.reports, this.#clock.monotonic());
      if (outcome.reports.some(({ life }) => life !== null && life !== 'open')) return;
    }
    this.#context.link.log.warn('the end of an order could not be looked up yet', { symbol, orderId });
  }

  #unexpected(code: string, message: string): void {
    this.#handlers?.onEvent({ type: 'exception', error: errorFor(code, message, { outcome: 'unknown' }) });
  }
}

function read(data: Buffer): PrivateFrame {
  try {
    return scanPush(data) ?? privateFrame(parseJson(data.toString('utf8')));
  } catch {
    return { type: 'junk' };
  }
}
