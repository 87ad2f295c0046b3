// One connection to OKX's private or public socket: open, log in, subscribe, be acknowledged, stay alive, end (okx.md 4). It never comes back;
// making the next one, and which of two counts, is account-feed.ts's and market-feed.ts's part.

import { TradeError } from '../../domain/errors.ts';
import type { Clock } from '../../seam/clock.ts';
import type { Socket, Transport } from '../../seam/transport.ts';
import { loginFrame, subscriptionFrame, type Args } from './encode.ts';
import { readFrame, type EventFrame, type PushFrame } from './frames.ts';
import { Liveness, type LivenessTimes } from './liveness.ts';
import { Operations } from './operations.ts';
import { errorFor, LOGIN_NEEDED } from './outcomes.ts';
import type { Answer } from './requests.ts';
import type { OkxSigner } from './sign.ts';

export interface SessionContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly url: string;
  /** Null: a public socket, no login. */
  readonly login: { readonly accessKey: string; readonly passphrase: string; readonly signer: OkxSigner } | null;
  readonly subscriptions: readonly Args[];
  /** The exchange's time by our reckoning, ms. */
  readonly now: () => number;
  readonly requestTimeoutMs: number;
  readonly liveness: LivenessTimes;
}

/** Why a session ended. `error` when the exchange gave a code. */
export interface SessionEnd {
  readonly code: number;
  readonly reason: string;
  readonly error: TradeError | null;
  readonly whileLoggingIn: boolean;
}

export interface SessionHandlers {
  onOpen(): void;
  onLogin(): void;
  /** Logged in, and every subscription acknowledged. Once. */
  onReady(): void;
  onPush(frame: PushFrame, receivedAt: number): void;
  /** 64008: the exchange will close this connection in about a minute. */
  onLeaving(reason: string): void;
  /** An error that belongs to no operation of ours and does not end the session. */
  onComplaint(error: TradeError): void;
  /** Exactly once. Nothing follows it. */
  onEnd(end: SessionEnd): void;
}

/** From opening to the last acknowledgement. Longer than that, and the next attempt is worth more. */
const HANDSHAKE_MS = 15_000;
const LEAVING = '64008';
const ALREADY_LOGGED_IN = '60031';

type Phase = 'connecting' | 'logging-in' | 'subscribing' | 'ready' | 'ended';

export class OkxSession {
  readonly #context: SessionContext;
  readonly #handlers: SessionHandlers;
  readonly #operations: Operations;
  readonly #liveness: Liveness;
  readonly #socket: Socket;
  readonly #awaited: Set<string>;
  readonly #handshake: { cancel(): void };
  #phase: Phase = 'connecting';
  /** Why we ourselves end it, when we do. */
  #cause: { readonly reason: string; readonly error: TradeError | null } | null = null;

  constructor(context: SessionContext, handlers: SessionHandlers) {
    this.#context = context;
    this.#handlers = handlers;
    this.#operations = new Operations(context.clock, context.requestTimeoutMs);
    this.#awaited = new Set(context.subscriptions.map((args) => String(args['channel'])));
    this.#handshake = context.clock.after(HANDSHAKE_MS, () => this.#drop(`no session within ${HANDSHAKE_MS} ms`));
    this.#socket = context.transport.connect(
      context.url,
      {
        onOpen: () => this.#opened(),
        onFrame: (data) => this.#received(data),
        onClose: (code, reason, error) => this.#closed(code, reason, error),
      },
      { connectTimeoutMs: HANDSHAKE_MS },
    );
    this.#liveness = new Liveness(context.clock, context.liveness, {
      // Text, not a protocol ping: only that counts for OKX (trap 23).
      ping: () => void this.#socket.send('ping'),
      dead: (silence) => this.#drop(`silent for ${Math.round(silence)} ms, no answer to ping`),
    });
  }

  get isLoggedIn(): boolean {
    return (this.#phase === 'subscribing' || this.#phase === 'ready') && this.#socket.isOpen;
  }

  get isReady(): boolean {
    return this.#phase === 'ready';
  }

  /** Sends an order operation, synchronously. Null when this session cannot: then nothing was sent. */
  call(op: string, args: readonly Args[], expTime: number | null): Promise<Answer> | null {
    if (!this.isLoggedIn || this.#cause !== null) return null;
    return this.#operations.send(op, args, expTime, (text) => this.#socket.send(text));
  }

  subscribe(args: readonly Args[]): void {
    this.#socket.send(subscriptionFrame('subscribe', args));
  }

  unsubscribe(args: readonly Args[]): void {
    this.#socket.send(subscriptionFrame('unsubscribe', args));
  }

  /** Ends it once the operations under way have their replies (or their time is up). */
  retire(): void {
    this.#operations.whenIdle(() => this.close('replaced by a new session'));
  }

  close(reason: string): void {
    if (this.#phase === 'ended') return;
    this.#cause ??= { reason, error: null };
    if (this.#socket.isOpen) this.#socket.close();
    else this.#socket.terminate();
  }

  #opened(): void {
    this.#liveness.start();
    this.#handlers.onOpen();
    const { login, now } = this.#context;
    if (login === null) {
      this.#subscribeAll();
      return;
    }
    this.#phase = 'logging-in';
    // Signed anew for each connection: a login sent again is refused as expired (trap 22).
    const timestamp = String(Math.floor(now() / 1_000));
    this.#socket.send(loginFrame(login.accessKey, login.passphrase, timestamp, login.signer.login(timestamp)));
  }

  #received(data: Buffer): void {
    const receivedAt = this.#context.clock.monotonic();
    this.#liveness.heard(receivedAt);
    const frame = readFrame(data.toString('utf8'));
    switch (frame.type) {
      case 'push':
        this.#handlers.onPush(frame, receivedAt);
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
        else this.#drop('login refused', errorFor(frame.code, frame.msg));
        break;
      case 'subscribe':
        this.#acknowledged(frame.channel);
        break;
      case 'channel-conn-count-error':
        // The acknowledgement came before and is void (4.3, trap 24).
        this.#drop(`too many connections (${frame.connCount}) are subscribed to ${frame.channel}`);
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
    else if (this.#phase === 'logging-in') this.#drop('login refused', error);
    else if (this.#phase === 'subscribing') this.#drop('subscription refused', error);
    else this.#handlers.onComplaint(error);
  }

  #loggedIn(): void {
    if (this.#phase !== 'logging-in') return;
    this.#handlers.onLogin();
    this.#subscribeAll();
  }

  #subscribeAll(): void {
    this.#phase = 'subscribing';
    const { subscriptions } = this.#context;
    if (subscriptions.length > 0) this.#socket.send(subscriptionFrame('subscribe', subscriptions));
    this.#acknowledged('');
  }

  /** One acknowledgement for each channel (4.3). */
  #acknowledged(channel: string): void {
    this.#awaited.delete(channel);
    if (this.#phase !== 'subscribing' || this.#awaited.size > 0) return;
    this.#phase = 'ready';
    this.#handshake.cancel();
    this.#handlers.onReady();
  }

  #lostLogin(): void {
    if (this.#phase === 'subscribing' || this.#phase === 'ready') this.#drop('the exchange says that this connection is not logged in');
  }

  /** Ends it at once, without waiting for the other side. */
  #drop(reason: string, error: TradeError | null = null): void {
    if (this.#phase === 'ended') return;
    this.#cause ??= { reason, error };
    this.#socket.terminate();
  }

  #closed(code: number, reason: string, error: Error | undefined): void {
    if (this.#phase === 'ended') return;
    const whileLoggingIn = this.#phase === 'logging-in';
    this.#phase = 'ended';
    this.#handshake.cancel();
    this.#liveness.stop();
    const words = this.#cause?.reason ?? (reason !== '' ? reason : (error?.message ?? `closed with code ${code}`));
    this.#operations.loseAll(`the connection is gone: ${words}`);
    this.#handlers.onEnd({ code, reason: words, error: this.#cause?.error ?? null, whileLoggingIn });
  }
}
