// For readers that take a frame straight from its bytes: on every frame they must say what the plain reader says, or decline it.
import { expect } from 'vitest';
import { seededRandom } from '../../src/runtime/random.ts';
import { mutated } from './mutated-frames.ts';

export interface Readers {
  /** What a strategy would come to know of the frame, read from its bytes; null when it was declined. */
  readonly scan: (frame: Buffer) => unknown;
  /** The same, parsed. */
  readonly parse: (frame: Buffer) => unknown;
}

/** Decimals as text: how long one was written is nothing anybody comes to know. */
const plain = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

/** Returns whether the frame was scanned. */
export function agree({ scan, parse }: Readers, frame: Buffer): boolean {
  const scanned = scan(frame);
  if (scanned === null) return false;
  const [told, expected] = [plain(scanned), plain(parse(frame))];
  // Compared by hand first: an assertion for each of many thousand frames would take longer than the readers.
  if (JSON.stringify(told) !== JSON.stringify(expected))
    expect({ frame: frame.toString('latin1'), told }).toEqual({ told: expected });
  return true;
}

/** Mutations of each frame; returns how many of them were scanned, and how many there were. */
export function agreeOnMutations(
  readers: Readers,
  frames: readonly Buffer[],
  count: number,
  seed: number,
): { scanned: number; all: number } {
  const random = seededRandom(seed);
  let scanned = 0;
  for (const frame of frames)
    for (let left = count; left > 0; left--) if (agree(readers, mutated(frame, random))) scanned++;
  return { scanned, all: frames.length * count };
}
