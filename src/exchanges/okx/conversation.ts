// What is said on one connection to OKX: the login, the subscriptions and their acknowledgements, notices, errors, order operations (okx.md 4).
// The connection itself - dialling, silence, replacement - is wire/link.ts's part; what pushes mean is the feeds'.

import { TradeError } from '../../domain/errors.ts';
import { OKX } from '../../domain/platform.ts';
import type { Probe, Session } from '../../wire/link-session.ts';
import { loginFrame, subscriptionFrame, type Args } from './encode.ts';
import { readFrame, type EventFrame, type PushFrame } from './frames.ts';
import { Operations } from './order-socket.ts';
import { MOST_SESSION_OPERATIONS } from './limits.ts';
import { errorFor, LOGIN_NEEDED, TOO_MANY_OPERATIONS } from './outcomes.ts';
import type { Answer } from './requests.ts';
import type { OkxSigner } from './sign.ts';

export interface Credentials {
  readonly accessKey: string;
  readonly passphrase: string;
  readonly signer: OkxSigner;
}

interface ConversationHandlers {
  onLogin(): void;
  onPush(frame: PushFrame): void;
  /** This connection has no future: the exchange will close it in about a minute (64008), or takes no more subscriptions on it. */
  onLeaving(reason: string): void;
  /** An error that belongs to no request of ours and ends nothing. */
  onComplaint(error: TradeError): void;
}

const LEAVING = '64008';
const ALREADY_LOGGED_IN = '60031';

/**
 * Text, not a protocol-level ping: only that counts for OKX, which hangs up after 30 s without traffic (4.1, trap 23).
 * @param streamSilence the whole silence a stream may keep, ms: two thirds before asking, one third for the answer
 */
export function probeOf(streamSilence: number | undefined): Probe {
  if (streamSilence === undefined) return { text: 'ping', afterMs: 20_000, answerMs: 10_000 };
  const afterMs = Math.min((streamSilence * 2) / 3, 20_000);
  return { text: 'ping', afterMs, answerMs: streamSilence - afterMs };
}

type Phase = 'new' | 'logging-in' | 'subscribing' | 'ready';

export class Conversation {
  readonly #session: Session;
  readonly #handlers: ConversationHandlers;
  readonly #operations: Operations;
  #phase: Phase = 'new';
  /** Logins, subscriptions and unsubscriptions said so far. */
  #said = 0;
  #awaited = new Set<string>();
  #subscriptions: readonly Args[] = [];
  #resolve: (() => void) | null = null;
  #reject: ((error: TradeError) => void) | null = null;

  constructor(session: Session, requestTimeoutMs: number, handlers: ConversationHandlers) {
    this.#session = session;
    this.#handlers = handlers;
    this.#operations = new Operations(session, requestTimeoutMs);
  }

  get isLoggedIn(): boolean {
    return (this.#phase === 'subscribing' || this.#phase === 'ready') && this.#session.isOpen;
  }

  /**
   * Logs in (with credentials) and subscribes; resolves when every channel is acknowledged. Rejects with what the exchange refused.
   * @param exchangeTime ms; signed anew for each connection, because a login sent again is refused as expired (trap 22)
   */
  open(credentials: Credentials | null, exchangeTime: number, subscriptions: readonly Args[]): Promise<void> {
    this.#subscriptions = subscriptions;
    this.#awaited = new Set(subscriptions.map((args) => String(args['channel'])));
    const opened = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (credentials === null) this.#subscribe();
    else {
      this.#phase = 'logging-in';
      const timestamp = String(Math.floor(exchangeTime / 1_000));
      const { accessKey, passphrase, signer } = credentials;
      this.#said++;
      this.#session.send(loginFrame(accessKey, passphrase, timestamp, signer.login(timestamp)));
    }
    return opened;
  }

  /**
   * Sends an order operation, synchronously. Null when this connection is not open and logged in, or an operation was not answered and
   * nothing has come in since: then nothing was sent.
   */
  call(op: string, args: readonly Args[], expTime: number | null): Promise<Answer> | null {
    return this.isLoggedIn && !this.#session.isDoubtful ? this.#operations.send(op, args, expTime) : null;
  }

  /**
   * One frame about subscriptions. False when nothing was sent: not open, or the exchange's count of the hour is nearly full (4.1) -
   * a connection that has come so far is left for a fresh one, however long it took.
   */
  say(op: 'subscribe' | 'unsubscribe', args: readonly Args[]): boolean {
    if (this.#said >= MOST_SESSION_OPERATIONS) {
      this.#handlers.onLeaving(`${this.#said} operations on one connection`);
      return false;
    }
    this.#said++;
    return this.#session.send(subscriptionFrame(op, args));
  }

  hear(data: Buffer): void {
    const frame = readFrame(data.toString('utf8'));
    switch (frame.type) {
      case 'push':
        this.#handlers.onPush(frame);
        break;
      case 'reply':
        this.#operations.settle(frame.id, frame.reply);
        if (frame.reply.code === LOGIN_NEEDED) this.#lostLogin();
        break;
      case 'event':
        this.#event(frame);
        break;
      case 'pong':
      case 'junk':
        break;
    }
  }

  #event(frame: EventFrame): void {
    switch (frame.event) {
      case 'login':
        if (frame.code === '0' || frame.code === '') this.#loggedIn();
        else this.#fail(errorFor(frame.code, frame.msg));
        break;
      case 'subscribe':
        this.#acknowledged(frame.channel);
        break;
      case 'channel-conn-count-error':
        // The acknowledgement came before and is void (4.3, trap 24).
        this.#end(`too many connections (${frame.connCount}) are subscribed to ${frame.channel}`);
        break;
      case 'notice':
        if (frame.code === LEAVING) this.#handlers.onLeaving(frame.msg);
        break;
      case 'error':
        this.#error(frame);
        break;
      default:
        break;
    }
  }

  #error(frame: EventFrame): void {
    const settled = this.#operations.settleByError(frame);
    if (frame.code === LOGIN_NEEDED) return this.#lostLogin();
    if (settled) return;
    const error = errorFor(frame.code, frame.msg);
    if (frame.code === ALREADY_LOGGED_IN) this.#loggedIn();
    else if (this.#phase === 'logging-in' || this.#phase === 'subscribing') this.#fail(error);
    else {
      this.#handlers.onComplaint(error);
      if (frame.code === TOO_MANY_OPERATIONS) this.#handlers.onLeaving(frame.msg);
    }
  }

  #loggedIn(): void {
    if (this.#phase !== 'logging-in') return;
    this.#handlers.onLogin();
    this.#subscribe();
  }

  #subscribe(): void {
    this.#phase = 'subscribing';
    if (this.#subscriptions.length > 0) this.say('subscribe', this.#subscriptions);
    this.#acknowledged('');
  }

  /** One acknowledgement comes for each channel (4.3). */
  #acknowledged(channel: string): void {
    this.#awaited.delete(channel);
    if (this.#phase !== 'subscribing' || this.#awaited.size > 0) return;
    this.#phase = 'ready';
    this.#resolve?.();
  }

  #lostLogin(): void {
    // An answer to the login itself is not a lost login.
    if (this.#phase === 'subscribing' || this.#phase === 'ready')
      this.#end('the exchange says that this connection is not logged in');
  }

  #fail(error: TradeError): void {
    this.#reject?.(error);
  }

  /** Whether it is still being opened or has been live for hours: it is worth nothing now. */
  #end(reason: string): void {
    this.#reject?.(new TradeError(reason, { kind: 'unknown', outcome: 'unknown', platform: OKX }));
    this.#session.drop(reason);
  }
}
