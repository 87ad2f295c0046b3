// Frames with a few bytes changed, left out, doubled or put in, from a seed: for readers that must be right or decline.
// What is right is the test's part.
import type { Random } from '../../src/seam/random.ts';

/** Those that mean something to a reader of JSON come more often than others. */
const TELLING = Buffer.from('"\\,:[]{}.-+eE0123456789 tfn\u0000\n\u007f');

export function mutated(frame: Buffer, random: Random): Buffer {
  const bytes = [...frame];
  for (let left = 1 + random.int(3); left > 0; left--) {
    const at = random.int(bytes.length);
    const byte = random.int(4) === 0 ? random.int(256) : (TELLING[random.int(TELLING.length)] ?? 0);
    const way = random.int(5);
    if (way <= 1) bytes[at] = byte;
    else if (way === 2) bytes.splice(at, 0, byte);
    else if (way === 3) bytes.splice(at, 1 + random.int(3));
    else bytes.splice(at, 0, ...bytes.slice(at, at + 1 + random.int(24)));
  }
  return Buffer.from(bytes);
}
