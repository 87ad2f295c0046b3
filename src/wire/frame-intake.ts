// Takes whole messages straight out of what a socket read, as views on its bytes. Everything else - what is not all there yet, what comes in
// fragments, pings, closings, whatever is wrong - is left to the library, frame by frame and in the order it came (RFC 6455, 5.2).

// The global one is a getter, which would be called for every frame.
import { Buffer } from 'node:buffer';

const FINAL = 0x80;
const RESERVED = 0x70;
const OPCODE = 0x0f;
const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PONG = 10;
const WHOLE_TEXT = FINAL | TEXT;
const WHOLE_BINARY = FINAL | BINARY;
/** In the second byte: no server does that. */
const MASKED = 0x80;
/** In place of a length: it follows in two bytes, or in eight. */
const IN_TWO_BYTES = 126;
const IN_EIGHT_BYTES = 127;
const NOTHING = Buffer.alloc(0);

type Take = (bytes: Buffer) => void;

export class FrameIntake {
  private readonly onMessage: (data: Buffer, binary: boolean) => void;
  private readonly leave: Take;
  /** What no frame is known to end in yet: too little to know how long it is. */
  private begun = NOTHING;
  /** Bytes still to come of the frame that was left last. */
  private owed = 0;
  private isFragmented = false;
  /** A closing was left, or what the library refuses: behind it nothing is anybody's. */
  private isOver = false;

  /**
   * @param onMessage gets a view that is valid until it returns. Must not throw: what stands behind the message would be lost.
   * @param leave takes bytes for the library, which are valid until it returns
   */
  constructor(onMessage: (data: Buffer, binary: boolean) => void, leave: Take) {
    this.onMessage = onMessage;
    this.leave = leave;
  }

  take(read: Buffer): void {
    let bytes = read;
    if (this.begun.length > 0) {
      bytes = Buffer.concat([this.begun, read]);
      this.begun = NOTHING;
    }
    let at = Math.min(this.owed, bytes.length);
    this.owed -= at;
    if (at > 0) this.leave(bytes.subarray(0, at));
    while (at < bytes.length) {
      if (this.isOver) return;
      const first = bytes[at] ?? 0;
      const length = bytes[at + 1] ?? 0;
      const from = at + (length === IN_TWO_BYTES ? 4 : length === IN_EIGHT_BYTES ? 10 : 2);
      if (from > bytes.length) {
        this.begun = Buffer.from(bytes.subarray(at));
        return;
      }
      const start = at;
      at =
        from +
        (length === IN_TWO_BYTES
          ? bytes.readUInt16BE(at + 2)
          : length === IN_EIGHT_BYTES
            ? bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6)
            : length);
      const isWhole = (first === WHOLE_TEXT || first === WHOLE_BINARY) && at <= bytes.length;
      if (isWhole && length < MASKED && !this.isFragmented)
        this.onMessage(bytes.subarray(from, at), first === WHOLE_BINARY);
      else at = this.leaveFrame(bytes, start, at);
    }
  }

  /** Returns where the next one begins. */
  private leaveFrame(bytes: Buffer, from: number, to: number): number {
    const first = bytes[from] ?? 0;
    // What is no frame has no end, but its head is refused.
    const isFrame = this.isFrame(first, bytes[from + 1] ?? 0);
    const end = isFrame ? Math.min(to, bytes.length) : bytes.length;
    this.owed = isFrame ? to - end : 0;
    this.isOver = !isFrame || (first & OPCODE) === CLOSE;
    if ((first & OPCODE) <= BINARY) this.isFragmented = (first & FINAL) === 0;
    this.leave(bytes.subarray(from, end));
    return end;
  }

  /** One that may come here, from a server that was promised no extension. */
  private isFrame(first: number, second: number): boolean {
    const opcode = first & OPCODE;
    if ((first & RESERVED) !== 0 || second >= MASKED) return false;
    if (opcode <= BINARY) return (opcode === CONTINUATION) === this.isFragmented;
    return opcode >= CLOSE && opcode <= PONG && (first & FINAL) !== 0 && second < IN_TWO_BYTES;
  }
}
