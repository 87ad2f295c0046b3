// What is taken past the library is what the library would have told, in its order: random streams of frames, whole and broken, cut anywhere.
import type { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as ws from 'ws';
import { FrameIntake } from '../../src/wire/frame-intake.ts';

interface Frame {
  readonly first: number;
  readonly masked: boolean;
  /** Written in more bytes than it needs. */
  readonly wide: boolean;
  readonly payload: Buffer;
}

function bytesOf({ first, masked, wide, payload }: Frame): Buffer {
  const { length } = payload;
  const head =
    length > 65_535 || (wide && length > 125)
      ? Buffer.from([first, 127, 0, 0, 0, 0, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255])
      : length > 125 || wide
        ? Buffer.from([first, 126, length >> 8, length & 255])
        : Buffer.from([first, length]);
  if (masked) head[1] = (head[1] ?? 0) | 128;
  return Buffer.concat([head, ...(masked ? [Buffer.alloc(4)] : []), payload]);
}

/** The library's own reader of frames, of which its types say nothing. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => Writable };

/** What a receiver tells, one line each. */
function receiver(told: string[]): Writable {
  const made = new Receiver({
    isServer: false,
    skipUTF8Validation: true,
    maxPayload: 64 * 1_024 * 1_024,
    allowSynchronousEvents: true,
  });
  const text = (data: unknown): string => (Buffer.isBuffer(data) ? data.toString('latin1') : String(data));
  made.on('message', (data: unknown, binary: unknown) => told.push(`message ${String(binary)} ${text(data)}`));
  made.on('ping', (data: unknown) => told.push(`ping ${text(data)}`));
  made.on('pong', (data: unknown) => told.push(`pong ${text(data)}`));
  made.on('conclude', (code: unknown, reason: unknown) => told.push(`conclude ${String(code)} ${text(reason)}`));
  made.on('error', (error: Error) => told.push(`error ${error.message}`));
  return made;
}

/** As a socket that is not listened to any more when the library has refused something, or has got a closing. */
async function plainly(chunks: readonly Buffer[]): Promise<readonly string[]> {
  const told: string[] = [];
  const library = receiver(told);
  for (const chunk of chunks) if (library.errored === null && !library.writableEnded) library.write(Buffer.from(chunk));
  await new Promise((resolve) => setImmediate(resolve));
  return told;
}

async function pastIt(chunks: readonly Buffer[]): Promise<{ told: readonly string[]; direct: number }> {
  const told: string[] = [];
  let direct = 0;
  const library = receiver(told);
  const intake = new FrameIntake(
    (data, binary) => {
      direct++;
      told.push(`message ${String(binary)} ${data.toString('latin1')}`);
    },
    (bytes) => {
      if (library.errored === null) library.write(Buffer.from(bytes));
    },
  );
  for (const chunk of chunks) {
    // As a socket does that reads into the same memory each time.
    const reused = Buffer.from(chunk);
    intake.take(reused);
    reused.fill(0xff);
  }
  await new Promise((resolve) => setImmediate(resolve));
  return { told, direct };
}

function cut(stream: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= stream.length) break;
    chunks.push(stream.subarray(at, at + size));
    at += size;
  }
  if (at < stream.length) chunks.push(stream.subarray(at));
  return chunks;
}

const payload = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(125, 126, 127, 300, 65_535, 65_536, 70_000).map((size) => new Uint8Array(size).fill(97)),
  },
);
const data = fc.record({
  first: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(0x81, 0x82) },
    { weight: 2, arbitrary: fc.constantFrom(0x01, 0x02, 0x00, 0x80) },
  ),
  masked: fc.constant(false),
  wide: fc.boolean(),
  payload: payload.map((bytes) => Buffer.from(bytes)),
});
const control = fc.record({
  first: fc.constantFrom(0x89, 0x8a),
  masked: fc.constant(false),
  wide: fc.constant(false),
  payload: fc.uint8Array({ maxLength: 125 }).map((bytes) => Buffer.from(bytes)),
});
/** A closing, and all that no server may send. */
const odd = fc.record({
  first: fc.oneof(fc.constantFrom(0x81, 0x88), fc.nat(255)),
  masked: fc.boolean(),
  wide: fc.boolean(),
  payload: fc.uint8Array({ maxLength: 130 }).map((bytes) => Buffer.from(bytes)),
});
const frames = fc.array(
  fc.oneof({ weight: 20, arbitrary: data }, { weight: 4, arbitrary: control }, { weight: 1, arbitrary: odd }),
  { maxLength: 30 },
);
const sizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 400 }), fc.constant(65_536)),
  { maxLength: 80 },
);

test('whatever comes, cut wherever, the same is told in the same order', async () => {
  let direct = 0;
  await fc.assert(
    fc.asyncProperty(frames, sizes, async (given, cuts) => {
      const chunks = cut(Buffer.concat(given.map(bytesOf)), cuts);
      const past = await pastIt(chunks);
      direct += past.direct;
      expect(past.told).toEqual(await plainly(chunks));
    }),
    { numRuns: 5_000 },
  );
  // Else it had compared the library with itself.
  expect(direct).toBeGreaterThan(5_000);
});

test('whole messages are views on what was read; pieces, fragments and the messages between fragments are not taken', async () => {
  const frame = (first: number, text: string): Buffer =>
    bytesOf({ first, masked: false, wide: false, payload: Buffer.from(text) });
  const whole = frame(0x81, 'whole');
  const views: Buffer[] = [];
  const left: string[] = [];
  const intake = new FrameIntake(
    (view) => views.push(view),
    (bytes) => left.push(bytes.toString('latin1')),
  );
  const read = Buffer.concat([
    whole,
    frame(0x89, 'ping'),
    whole,
    frame(0x01, 'frag'),
    frame(0x80, 'ment'),
    whole,
    whole.subarray(0, 4),
  ]);
  intake.take(read);
  intake.take(whole.subarray(4));
  expect(views.map((view) => [view.toString(), view.buffer === read.buffer])).toEqual(
    Array.from({ length: 3 }, () => ['whole', true]),
  );
  expect(left.join('')).toBe(
    Buffer.concat([frame(0x89, 'ping'), frame(0x01, 'frag'), frame(0x80, 'ment'), whole]).toString('latin1'),
  );
});
