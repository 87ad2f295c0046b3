// Lines that wait to be stored, in the order they came, and how much may wait. When they are stored, and by whom, is sqlite-journal.ts's part.
// They lie in memory that threads share: what is handed over is a reference.

import type { Group } from './journal-lines.ts';
import { LineBuffer } from './line-buffer.ts';

/** Some 2,000 lines: a group is handed over as soon as there are so many. */
const CHUNK_BYTES = 512 * 1_024;
/** That may wait for a file that cannot be written: memory matters more than what is oldest. */
const MOST_CHUNKS = 100;
/** Kept for what comes next while others are being stored. */
const MOST_SPARE = 4;

interface Chunk {
  readonly bytes: Buffer<SharedArrayBuffer>;
  size: number;
  count: number;
}

function newChunk(size = CHUNK_BYTES): Chunk {
  return { bytes: Buffer.from(new SharedArrayBuffer(size)), size: 0, count: 0 };
}

export class JournalQueue {
  /** The line being written; `endLine` takes it in. */
  readonly line: LineBuffer;
  private current = newChunk();
  private full: Chunk[] = [];
  private readonly spare: Chunk[] = [];
  private hasTurned = false;
  /** Lines that ever came. */
  total = 0;
  /** Lines that wait. */
  size = 0;

  constructor() {
    this.line = new LineBuffer(this.current.bytes, (more) => this.turn(more));
  }

  get hasFullGroup(): boolean {
    return this.full.length > 0;
  }

  /** What was written since the last one is a line. True when that made a group full. */
  endLine(): boolean {
    const { line, current, hasTurned } = this;
    line.from = current.size = line.at;
    current.count++;
    this.size++;
    this.total++;
    this.hasTurned = false;
    return hasTurned;
  }

  /** What was written since the last one is no line. */
  dropLine(): void {
    this.line.at = this.line.from;
  }

  /** Goes on in new memory, with the line that is being written. */
  private turn(more: number): void {
    const { line, current } = this;
    const begun = line.bytes.subarray(line.from, line.at);
    const least = begun.length + more;
    if (current.count > 0) {
      this.full.push(current);
      this.hasTurned = true;
    }
    this.current = least > CHUNK_BYTES ? newChunk(least) : (this.spare.pop() ?? newChunk());
    this.current.bytes.set(begun);
    line.moveTo(this.current.bytes, begun.length);
  }

  /** The queue is full. */
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
    if (this.full.length === 0 && this.current.count > 0) {
      this.turn(0);
      this.hasTurned = false;
    }
    const chunk = this.full.shift();
    if (chunk === undefined) return null;
    this.size -= chunk.count;
    return { ...chunk, at };
  }

  /** The group is stored: its memory is used again. */
  release({ bytes }: Group): void {
    if (bytes.length === CHUNK_BYTES && this.spare.length < MOST_SPARE) this.spare.push({ bytes, size: 0, count: 0 });
  }
}
