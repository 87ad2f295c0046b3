// Chance behind the Random seam: the system's generator in production, a small seeded one in simulations.
// The seeded generator is for repeatable runs only, never for secrets.

import { randomBytes } from 'node:crypto';
import type { Random } from '../seam/random.ts';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
/** 2^32 divided by the golden ratio: an odd constant without pattern. */
const GOLDEN = 2_654_435_769;

/** Turns a source of uniform 32-bit integers into a Random. */
function fromWords(word: () => number): Random {
  const next = (): number => ((word() >>> 5) * 67_108_864 + (word() >>> 6)) / 9_007_199_254_740_992;
  const int = (below: number): number => Math.floor(next() * below);
  return {
    next,
    int,
    id(length: number): string {
      let text = '';
      for (let index = 0; index < length; index++) text += ALPHABET[int(ALPHABET.length)];
      return text;
    },
  };
}

function systemWords(): () => number {
  // Refilled a page at a time: a call into the system per number would be far dearer than the number.
  let pool = Buffer.alloc(0);
  let offset = 0;
  return () => {
    if (offset + 4 > pool.length) {
      pool = randomBytes(4096);
      offset = 0;
    }
    const value = pool.readUInt32LE(offset);
    offset += 4;
    return value;
  };
}

/** Unpredictable: ids made from it never repeat between processes. */
export const systemRandom: Random = fromWords(systemWords());

/** Spreads any text over 32 bits (FNV-1a). */
function hash(text: string): number {
  let value = 2_166_136_261;
  for (let index = 0; index < text.length; index++) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 16_777_619);
  }
  return value >>> 0;
}

/**
 * The same sequence for the same seed, on every machine (the sfc32 generator, seeded through a hash of the text).
 * Derive independent streams with seeds such as `${seed}/market`, so that one consumer's draws never shift another's.
 */
export function seededRandom(seed: number | string): Random {
  const text = String(seed);
  let a = hash(text);
  let b = hash(`${text}#`);
  let c = (a ^ GOLDEN) >>> 0;
  let counter = 1;
  const word = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 16; round++) word();
  return fromWords(word);
}
