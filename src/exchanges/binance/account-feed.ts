// The private stream: one WebSocket API connection that is logged on, subscribed and kept alive (binance.md A5), and the reading of its events.
// Order entry has a connection of its own (order-socket.ts says why); what a report does to an order is the order manager's part.

import type { BalanceSheet } from '../../domain/balance-sheet.ts';
import { TradeError } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Session } from '../../wire/link-session.ts';
import { Link } from '../../wire/link.ts';
import type { AccountFeed, AccountFeedHandlers } from '../exchange.ts';
import { assetsOf, executionReport, POSITION_NAMES } from './decode.ts';
import { number, readSocketFrame, text, type Row } from './frames.ts';
import { LOG_ON_WEIGHT, ROTATE_AFTER_MS, type SocketContext } from './order-socket.ts';
import { scanExecutionReport } from './scan.ts';
import { isFatalLogin } from './socket-api.ts';

const SUBSCRIBE_WEIGHT = 2;
/** "User Data Stream subscription already active": then it is (F24). */
const ALREADY_SUBSCRIBED = '-2035';

interface AccountFeedContext extends SocketContext {
  /** Unified symbol of an exchange's name, for symbols somebody here is interested in. */
  readonly symbolOf: (rawSymbol: string) => string | undefined;
  readonly watch: (instrument: Instrument) => void;
  readonly balances: BalanceSheet;
}

export class BinanceAccountFeed implements AccountFeed {
  readonly #context: AccountFeedContext;
  readonly #link: Link;
  #handlers: AccountFeedHandlers | null = null;

  constructor(context: AccountFeedContext) {
    this.#context = context;
    const { transport, clock, random, log, url, limits, canLogOn, silenceMs } = context;
    this.#link = new Link({
      name: 'private stream',
      url,
      transport,
      clock,
      random,
      log,
      silenceMs,
      rotateAfterMs: ROTATE_AFTER_MS,
      admit: (signal) => limits.connect(SUBSCRIBE_WEIGHT + (canLogOn ? LOG_ON_WEIGHT : 0), signal),
      onRefused: (refusal) => limits.handshakeRefused(refusal),
      open: (session) => this.#open(session),
      isFatal: isFatalLogin,
      onFrame: (data, _binary, session, receivedAt) => this.#receive(data, session, receivedAt),
      onLive: () => this.#handlers?.onLive(),
      onBroken: (reason) => this.#handlers?.onBroken(reason),
      onEvent: (event) => this.#handlers?.onEvent(event),
      onFatal: (error) => this.#handlers?.onFatal(error),
    });
  }

  start(handlers: AccountFeedHandlers): void {
    this.#handlers = handlers;
    this.#link.start();
  }

  watch(instrument: Instrument): void {
    // The stream carries every symbol of the account; only its name must be known.
    this.#context.watch(instrument);
  }

  stop(): Promise<void> {
    return this.#link.stop();
  }

  get isLive(): boolean {
    return this.#link.isLive;
  }

  /** Resolves when the subscription is acknowledged. Rejects with the TradeError of a refusal. */
  async #open(session: Session): Promise<void> {
    const { api, canLogOn } = this.#context;
    if (canLogOn) await api.logOn(session);
    const [, error] = canLogOn
      ? await api.healed(session, 'userDataStream.subscribe', {}, 'bare')
      : await api.healed(session, 'userDataStream.subscribe.signature', {}, 'signed');
    if (error !== null && error.code !== ALREADY_SUBSCRIBED) throw error;
    this.#handlers?.onEvent({ type: 'authenticated' });
  }

  #receive(data: Buffer, session: Session, receivedAt: number): void {
    const report = scanExecutionReport(data);
    if (report !== null) return this.#execution(report, receivedAt);
    const frame = readSocketFrame(data.toString());
    switch (frame.type) {
      case 'event':
        return this.#event(frame.event, session, receivedAt);
      case 'reply':
        if (!this.#context.api.receive(session, frame) && frame.id === null && frame.status === 401)
          session.drop('the session was revoked');
        return;
      case 'junk':
        this.#handlers?.onEvent({
          type: 'exception',
          error: new TradeError('a frame of no known form', {
            kind: 'unknown',
            outcome: 'unknown',
            cause: data.toString().slice(0, 200),
          }),
        });
    }
  }

  #event(event: Row, session: Session, receivedAt: number): void {
    switch (text(event, 'e')) {
      case 'executionReport':
        return this.#execution(event, receivedAt);
      case 'outboundAccountPosition': {
        const updatedAt = number(event, 'u');
        const assets = this.#context.balances.push(assetsOf(event['B'], POSITION_NAMES), () => updatedAt, receivedAt);
        if (Object.keys(assets).length > 0) this.#handlers?.onAssets(assets);
        return;
      }
      case 'eventStreamTerminated':
        // Whatever ended it, nothing more comes on this connection: subscribe anew and reconcile (A5.1).
        return session.drop('the exchange ended the stream');
      case 'serverShutdown':
        this.#link.replace(session, 'the server announced its shutdown');
        return;
      default:
      // Deposits (balanceUpdate), order lists and whatever comes to be: not needed here.
    }
  }

  #execution(event: Row, receivedAt: number): void {
    const symbol = this.#context.symbolOf(text(event, 's'));
    // A symbol nobody here trades: its rules, and so its name, were never asked for.
    if (symbol === undefined) return;
    const report = executionReport(event, symbol);
    if (report !== null) this.#handlers?.onReports([report], receivedAt);
    else
      this.#context.log.warn('rejected attempt without an order', {
        symbol,
        clientOrderId: text(event, 'c'),
        reason: text(event, 'r'),
      });
  }
}
