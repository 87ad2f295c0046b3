// One accepted WebSocket on a real port: the dialect's ServerSocket and the faults' Carrier over a `ws` connection.
// server-port.ts accepts and refuses; what is said on the socket is the dialect's.

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ServerSocket } from './dialect.ts';
import type { Carrier } from './faults/connections.ts';

const FIN = 0x80;
const TEXT = 0x01;
const BINARY = 0x02;

/** The header of an unmasked server frame. */
function frameHeader(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([FIN | opcode, length]);
  if (length < 65_536) {
    const header = Buffer.from([FIN | opcode, 126, 0, 0]);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header[0] = FIN | opcode;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

export class RealServerSocket implements ServerSocket, Carrier {
  readonly remote: string;
  private readonly raw: Duplex;
  private readonly beforeFrame: (carrier: Carrier) => void;
  private socket: WebSocket | null = null;
  /** What the dialect did before the handshake was answered. */
  private early: (() => void)[] = [];
  private onLost: () => void = () => undefined;
  private gone = false;
  private frozen = false;
  private cutNext = false;

  constructor(raw: Duplex, remote: string, beforeFrame: (carrier: Carrier) => void) {
    this.raw = raw;
    this.remote = remote;
    this.beforeFrame = beforeFrame;
  }

  /** The handshake is done: from now on things go out. `onLost`: this end has given up, and the other is not told. */
  attach(socket: WebSocket, onLost: () => void): void {
    this.socket = socket;
    this.onLost = onLost;
    const { early } = this;
    this.early = [];
    for (const act of early) act();
  }

  /** Nothing more is sent. */
  detach(): void {
    this.gone = true;
  }

  get isOpen(): boolean {
    return !this.gone && (this.socket === null || this.socket.readyState === this.socket.OPEN);
  }

  private withSocket(act: (socket: WebSocket) => void): void {
    if (this.gone) return;
    if (this.socket === null) this.early.push(() => this.withSocket(act));
    else act(this.socket);
  }

  send(data: string | Buffer): void {
    this.withSocket((socket) => {
      this.beforeFrame(this);
      if (this.gone || this.frozen) return;
      if (this.cutNext) this.writeHalf(data);
      else if (socket.readyState === socket.OPEN) socket.send(data, { binary: typeof data !== 'string' });
    });
  }

  private writeHalf(data: string | Buffer): void {
    const payload = typeof data === 'string' ? Buffer.from(data) : data;
    const opcode = typeof data === 'string' ? TEXT : BINARY;
    const half = payload.subarray(0, Math.floor(payload.length / 2));
    this.gone = true;
    this.raw.write(Buffer.concat([frameHeader(opcode, payload.length), half]), () => this.raw.destroy());
  }

  ping(payload: string): void {
    this.withSocket((socket) => {
      if (!this.frozen && socket.readyState === socket.OPEN) socket.ping(payload);
    });
  }

  close(code: number, reason: string): void {
    this.withSocket((socket) => {
      // Nothing reaches the other end any more, not even that this one is gone.
      if (this.frozen) return this.onLost();
      // 1005 and 1006 are only ever reported, never sent.
      if (code === 1005 || code === 1006) socket.terminate();
      else socket.close(code, reason);
    });
  }

  terminate(): void {
    this.withSocket((socket) => {
      if (this.frozen) this.onLost();
      else socket.terminate();
    });
  }

  // ---- what faults do

  freeze(): void {
    this.frozen = true;
    // Read on and thrown away, not left unread: only so is the other end's hanging up noticed, which ends the connection here as well.
    this.withSocket(() => {
      this.raw.removeAllListeners('data');
      this.raw.resume();
    });
  }

  cut(): void {
    this.terminate();
  }

  cutMidFrame(): void {
    this.cutNext = true;
  }
}
