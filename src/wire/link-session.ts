// One connection of a link, from dialling to its end: its socket, its pending requests, and whether anything still comes in.
// When to open, replace or give up a connection is link.ts's part.

import type { Clock, Timer } from '../seam/clock.ts';
import type { Socket, Transport } from '../seam/transport.ts';
import { PendingRequests, type RequestEnd } from './pending-requests.ts';

/** How a client asks a silent connection whether it is still there. Any frame counts as the answer. */
export interface Probe {
  /**
   * The text frame to send (e.g. `ping`); null sends a protocol-level ping. An exchange that wants texts counts texts alone,
   * so that its own protocol-level pings must not keep ours back.
   */
  readonly text: string | null;
  /** Silence after which it is sent, ms. */
  readonly afterMs: number;
  /** How long the answer may take, ms. */
  readonly answerMs: number;
}

interface SessionOptions {
  readonly url: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** Dead when no frame, ping or pong came for this long. */
  readonly silenceMs: number;
  readonly probe: Probe | null;
}

interface SessionEvents {
  opened(session: Session): void;
  frame(data: Buffer, binary: boolean, session: Session, receivedAt: number): void;
  /** Exactly once. `reason` says why in words; code 1006 when there was no closing handshake. */
  ended(session: Session, code: number, reason: string, error: Error | undefined): void;
}

const ABNORMAL = 1006;
const CLOSE_PATIENCE_MS = 1_000;

/** What a feed sees of a connection. */
export class Session {
  /** Counts the connections of a link from 1; tells one from the other during a replacement. */
  readonly number: number;
  /** What the feed keeps with this connection (a subscription id, a set of topics). */
  data: unknown = undefined;
  private readonly options: SessionOptions;
  private readonly events: SessionEvents;
  private readonly pending: PendingRequests;
  private readonly socket: Socket;
  private lastSeen: number;
  private probed = false;
  private doubted = false;
  /** When the answer to a doubt is due, monotonic. */
  private answerDue = Infinity;
  private ended = false;
  private timer: Timer | null = null;
  private closing: Timer | null = null;

  constructor(number: number, options: SessionOptions, events: SessionEvents) {
    this.number = number;
    this.options = options;
    this.events = events;
    this.pending = new PendingRequests(options.clock);
    this.lastSeen = options.clock.monotonic();
    const seen = (): void => {
      this.lastSeen = options.clock.monotonic();
      this.probed = false;
      this.doubted = false;
    };
    this.socket = options.transport.connect(
      options.url,
      {
        onOpen: () => {
          if (this.ended) return;
          seen();
          this.watch();
          events.opened(this);
        },
        onFrame: (data, binary) => {
          if (this.ended) return;
          seen();
          events.frame(data, binary, this, this.lastSeen);
        },
        ...(options.probe === null || options.probe.text === null ? { onPing: seen, onPong: seen } : {}),
        onClose: (code, reason, error) => this.end(code, reason || (error?.message ?? ''), error),
      },
      { connectTimeoutMs: options.connectTimeoutMs },
    );
  }

  /** False after the end, also while the system's socket is still closing. */
  get isOpen(): boolean {
    return !this.ended && this.socket.isOpen;
  }

  /** Whether `doubt` was told and nothing has come in since. */
  get isDoubtful(): boolean {
    return this.doubted;
  }

  /**
   * A request was not answered: the other side is asked at once whether it is still there, instead of after the silence.
   * Whoever has another way takes that until something comes in.
   */
  doubt(): void {
    const { clock, probe } = this.options;
    if (this.ended || this.doubted || probe === null) return;
    this.doubted = true;
    if (!this.probed) this.sendProbe(probe);
    this.answerDue = clock.monotonic() + probe.answerMs;
    this.timer?.cancel();
    this.watch();
  }

  /** Requests whose end is still to come. */
  get pendingCount(): number {
    return this.pending.size;
  }

  /** False: nothing was sent. */
  send(text: string): boolean {
    return !this.ended && this.socket.send(text);
  }

  /** Sends before it returns. The reply is whatever `settle` is given for this id. */
  request(id: string, text: string, timeoutMs: number): Promise<RequestEnd> {
    return (
      this.requestIfOpen(id, text, timeoutMs) ?? Promise.resolve({ end: 'not-sent', reason: 'the socket is not open' })
    );
  }

  /** As `request`, but null when nothing was sent: the caller may go another way at once. */
  requestIfOpen(id: string, text: string, timeoutMs: number): Promise<RequestEnd> | null {
    return this.send(text) ? this.pending.add(id, timeoutMs) : null;
  }

  settle(id: string, reply: unknown): boolean {
    return this.pending.settle(id, reply);
  }

  /** Closing handshake; the connection is dropped when it takes too long. */
  close(): void {
    if (this.ended || this.closing !== null) return;
    this.closing = this.options.clock.after(CLOSE_PATIENCE_MS, () => this.drop('closed'));
    this.socket.close();
  }

  /** Ends at once, whatever the other side does: `ended` is called before this returns. */
  drop(reason: string): void {
    if (this.ended) return;
    this.socket.terminate();
    this.end(ABNORMAL, reason, undefined);
  }

  private end(code: number, reason: string, error: Error | undefined): void {
    if (this.ended) return;
    this.ended = true;
    this.timer?.cancel();
    this.closing?.cancel();
    this.pending.loseAll(reason === '' ? `connection closed (${code})` : reason);
    this.events.ended(this, code, reason, error);
  }

  private sendProbe({ text }: Probe): void {
    this.probed = true;
    if (text === null) this.socket.ping();
    else this.send(text);
  }

  /** Sleeps until the silence could be long enough, looks, sleeps again: costs a frame nothing but the note of its time. */
  private watch(): void {
    const { clock, probe } = this.options;
    const now = clock.monotonic();
    if (now >= this.deadline()) {
      if (probe === null || this.probed) return this.drop(`nothing came for ${Math.round(now - this.lastSeen)} ms`);
      this.sendProbe(probe);
    }
    this.timer = clock.after(Math.max(1, Math.ceil(this.deadline() - now)), () => this.watch());
  }

  /** When the silence will have lasted long enough for the next step, monotonic. */
  private deadline(): number {
    const { probe, silenceMs } = this.options;
    if (probe === null) return this.lastSeen + silenceMs;
    if (!this.probed) return this.lastSeen + probe.afterMs;
    const due = this.lastSeen + probe.afterMs + probe.answerMs;
    return this.doubted ? Math.min(due, this.answerDue) : due;
  }
}
