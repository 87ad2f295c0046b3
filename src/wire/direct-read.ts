// What a connection reads, past the streams of the library: into memory that is used again and again, and from there to whoever wants messages.
// Streams cost more than reading a message does (docs/decisions/0009-past-the-streams.md). Taking messages apart is frame-intake.ts's part.

// The global one is a getter, which would be called for every frame.
import { Buffer } from 'node:buffer';
import type { ClientRequest } from 'node:http';
import type { OnReadOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { FrameIntake } from './frame-intake.ts';

/** As much as is read at once anyway. */
const READ_BYTES = 64 * 1_024;

export class DirectRead {
  private readonly onMessage: (data: Buffer, binary: boolean) => void;
  private socket: Duplex | null = null;
  private intake: FrameIntake | null = null;
  private isOver = false;

  /** @param onMessage see FrameIntake; messages that come in fragments, or in several pieces, come from the library instead */
  constructor(onMessage: (data: Buffer, binary: boolean) => void) {
    this.onMessage = onMessage;
  }

  /** For a connection that the library makes itself. Without them its reads are streams as ever, and only what they bring is taken here. */
  get options(): { readonly onread: OnReadOpts; finishRequest(request: ClientRequest): void } {
    const memory = Buffer.allocUnsafeSlow(READ_BYTES);
    return {
      onread: {
        buffer: memory,
        callback: (count) => {
          const bytes = memory.subarray(0, count);
          if (this.intake !== null) this.intake.take(bytes);
          // The answer to the handshake, and what comes with it.
          else this.socket?.push(Buffer.from(bytes));
          return true;
        },
      },
      finishRequest: (request) => {
        request.once('socket', (socket) => {
          this.socket = socket;
        });
        request.end();
      },
    };
  }

  /** The connection is open. */
  begin(socket: Duplex): void {
    const [theirs, ...others] = socket.listeners('data');
    // Should the library ever read in another way, it goes on doing so.
    if (theirs === undefined || others.length > 0) return;
    // It keeps what it has got only a part of.
    const isReused = this.socket !== null;
    const intake = new FrameIntake(this.onMessage, (bytes) => {
      if (!this.isOver) theirs.call(socket, isReused ? Buffer.from(bytes) : bytes);
    });
    socket.on('data', (bytes: Buffer) => intake.take(bytes));
    socket.off('data', theirs as (bytes: Buffer) => void);
    this.intake = intake;
  }

  /**
   * The library has refused something. It stops listening then, which it cannot do itself here, and were it given more it would pause the socket:
   * the other side's end would not be seen any more.
   */
  end(): void {
    this.isOver = true;
  }
}
