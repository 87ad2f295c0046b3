// Lines that wait to be stored, in the order they came, and how much may wait. When they are stored, and by whom, is sqlite-journal.ts's part.
// They lie in memory that threads share: what is handed over is a reference.

import type { Group } from './journal-lines.ts';

/** Some 2,000 lines: a group is handed over as soon as there are so many. */
const CHUNK_BYTES = 512 * 1_024;
/** That may wait for a file that cannot be written: memory matters more than what is oldest. */
const MOST_CHUNKS = 100;
/** Most bytes that a character of a text takes. */
const WIDEST = 3;

interface Chunk {
  readonly bytes: Buffer<SharedArrayBuffer>;
  size: number;
  count: number;
}

function newChunk(size = CHUNK_BYTES): Chunk {
  return { bytes: Buffer.from(new SharedArrayBuffer(size)), size: 0, count: 0 };
}

export class JournalQueue {
  private current = newChunk();
  private full: Chunk[] = [];
  private spare: Chunk | null = null;
  /** Lines that ever came. */
  total = 0;
  /** Lines that wait. */
  size = 0;

  get hasFullGroup(): boolean {
    return this.full.length > 0;
  }

  /** True when that made a group full. */
  add(line: string): boolean {
    const most = line.length * WIDEST;
    const isFull = this.current.size + most > this.current.bytes.length;
    if (isFull) this.turn(most);
    const { current } = this;
    // Written at once: a text that was just put together is read fast, some thousand pieces of it later are not.
    current.size += current.bytes.write(line, current.size);
    current.count++;
    this.size++;
    this.total++;
    return isFull;
  }

  private turn(most: number): void {
    if (this.current.count > 0) this.full.push(this.current);
    this.current = most > CHUNK_BYTES ? newChunk(most) : (this.spare ?? newChunk());
    this.spare = null;
  }

  /** As much waits as may. */
  get isCrowded(): boolean {
    return this.full.length >= MOST_CHUNKS;
  }

  /** Drops the older half when too much waits. Returns the number of lines lost. */
  trim(): number {
    if (this.full.length <= MOST_CHUNKS) return 0;
    const lost = this.full.splice(0, MOST_CHUNKS / 2).reduce((sum, { count }) => sum + count, 0);
    this.size -= lost;
    return lost;
  }

  /** The oldest lines; null when nothing waits. */
  take(at: number): Group | null {
    if (this.full.length === 0 && this.current.count > 0) this.turn(0);
    const chunk = this.full.shift();
    if (chunk === undefined) return null;
    this.size -= chunk.count;
    return { ...chunk, at };
  }

  /** The group is stored: its memory is used again. */
  release({ bytes }: Group): void {
    if (bytes.length === CHUNK_BYTES) this.spare ??= { bytes, size: 0, count: 0 };
  }
}
