// One connection to the market streams: raw (/ws) or combined (/stream), its subscriptions and control frames (binance.md A11.2).
// What the streams say is in streams/.

import type { ServerSession, ServerSocket } from '../dialect.ts';
import type { FailureKind } from '../gateway.ts';
import type { Desk } from './desk.ts';
import { Liveness } from './liveness.ts';
import type { StreamHub, StreamListener } from './streams/hub.ts';

const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;
const SECOND = 1000;
const ID_LENGTH = 36;

type Members = Readonly<Record<string, unknown>>;

/** A refused control frame; codes 0 unknown property, 1 bad value type, 2 invalid request, 3 invalid JSON. */
class ControlError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export class MarketSession implements ServerSession, StreamListener {
  isCombined: boolean;
  private readonly desk: Desk;
  private readonly hub: StreamHub;
  private readonly socket: ServerSocket;
  private readonly liveness: Liveness;
  private readonly names = new Set<string>();
  private readonly unregister: () => void;
  private readonly onGone: () => void;
  private messageSecond = 0;
  private messages = 0;
  private isEnding = false;
  private isGone = false;

  static serves(path: string): boolean {
    return path === '/stream' || path === '/ws' || path.startsWith('/ws/');
  }

  constructor(desk: Desk, hub: StreamHub, socket: ServerSocket, path: string, query: string, onGone: () => void) {
    this.desk = desk;
    this.hub = hub;
    this.socket = socket;
    this.onGone = onGone;
    this.isCombined = path === '/stream';
    this.liveness = new Liveness(desk, socket, () => {
      this.shutDown();
    });
    this.unregister = desk.gateway.register({
      stream: 'market',
      accountUid: () => null,
      cut: () => {
        socket.terminate();
      },
      expire: () => {
        this.shutDown();
      },
    });
    this.add(this.isCombined ? combinedNames(query) : path.slice('/ws/'.length).split('/'));
  }

  send(text: string): void {
    this.socket.send(text);
  }

  private add(names: readonly string[]): void {
    for (const name of names) {
      if (name === '' || this.names.has(name)) continue;
      if (this.names.size >= this.desk.options.streamsPerConnection) {
        return this.socket.close(POLICY_VIOLATION, 'Too many streams');
      }
      this.names.add(name);
      this.hub.subscribe(name, this);
    }
  }

  private remove(names: readonly string[]): void {
    for (const name of names) if (this.names.delete(name)) this.hub.unsubscribe(name, this);
  }

  /** Pings, pongs and control frames all count; too many end the connection (A3.2). */
  private admits(): boolean {
    const second = Math.floor(this.desk.clock.monotonic() / SECOND);
    if (second !== this.messageSecond) {
      this.messageSecond = second;
      this.messages = 0;
    }
    this.messages++;
    if (this.messages <= this.desk.options.streamMessagesPerSecond) return true;
    this.socket.close(POLICY_VIOLATION, 'Too many requests');
    return false;
  }

  onFrame(text: string): void {
    if (!this.admits()) return;
    const { desk, socket } = this;
    const context = {
      operation: 'subscribe',
      channel: 'socket',
      accountUid: null,
      symbol: null,
      remote: socket.remote,
      count: 1,
    } as const;
    desk.gateway.run<string | null>(context, {
      execute: () => (this.isGone ? null : this.control(text)),
      failure: (kind) => this.failure(kind),
      deliver: (reply) => {
        if (reply !== null) socket.send(reply);
      },
    });
  }

  private failure(kind: FailureKind): string | null {
    if (kind === 'rate-limit' || kind === 'ban') this.socket.close(POLICY_VIOLATION, 'Too many requests');
    else this.socket.terminate();
    return null;
  }

  private control(text: string): string {
    let id = 'null';
    try {
      const frame = parse(text);
      id = idText(frame['id']);
      return `{"result":${this.apply(frame)},"id":${id}}`;
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      return `{"code":${error.code},"msg":${JSON.stringify(error.message)},"id":${id}}`;
    }
  }

  private apply({ method, params }: Members): string {
    switch (method) {
      case 'SUBSCRIBE':
        this.add(nameList(params));
        return 'null';
      case 'UNSUBSCRIBE':
        this.remove(nameList(params));
        return 'null';
      case 'LIST_SUBSCRIPTIONS':
        return JSON.stringify([...this.names]);
      case 'SET_PROPERTY': {
        const [property, value] = list(params);
        if (property !== 'combined') throw new ControlError(0, 'Unknown property');
        if (typeof value !== 'boolean') throw new ControlError(1, 'Invalid value type: expected Boolean');
        this.isCombined = value;
        return 'null';
      }
      case 'GET_PROPERTY':
        if (list(params)[0] !== 'combined') throw new ControlError(0, 'Unknown property');
        return String(this.isCombined);
      default:
        throw new ControlError(
          2,
          'Invalid request: unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`',
        );
    }
  }

  private shutDown(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    const notice = `{"e":"serverShutdown","E":${this.desk.serverTime()}}`;
    this.socket.send(this.isCombined ? `{"stream":"!serverShutdown","data":${notice}}` : notice);
    this.desk.clock.after(this.desk.options.shutdownNoticeMs, () => {
      this.socket.close(GOING_AWAY, '');
    });
  }

  onPing(): void {
    this.admits();
  }

  onPong(payload: string): void {
    this.liveness.pong(payload);
    this.admits();
  }

  onClose(): void {
    this.isGone = true;
    this.liveness.stop();
    this.remove([...this.names]);
    this.unregister();
    this.onGone();
  }
}

function combinedNames(query: string): readonly string[] {
  const streams = new URLSearchParams(query).get('streams');
  return streams === null ? [] : streams.split('/');
}

function parse(text: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ControlError(3, 'Invalid JSON: expected value');
    throw error;
  }
  const isObject = (candidate: unknown): candidate is Members =>
    typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate);
  if (!isObject(value)) throw new ControlError(2, 'Invalid request: request must be an object');
  return value;
}

function idText(id: unknown): string {
  if (id === undefined || id === null) return 'null';
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  if (typeof id === 'string' && id.length <= ID_LENGTH) return JSON.stringify(id);
  throw new ControlError(2, 'Invalid request: request ID must be an unsigned integer, a short string, or null');
}

function list(params: unknown): readonly unknown[] {
  if (!Array.isArray(params)) throw new ControlError(2, 'Invalid request: missing field `params`');
  return params;
}

function nameList(params: unknown): readonly string[] {
  const names = list(params);
  const isNames = (values: readonly unknown[]): values is readonly string[] =>
    values.every((value) => typeof value === 'string');
  if (!isNames(names)) throw new ControlError(2, 'Invalid request: stream names must be strings');
  return names;
}
