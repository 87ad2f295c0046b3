// Bytes that come again and again - names of fields, words, whole stretches of a frame: known again, or copied, four at a time.
// One by one costs three times as much. What they mean is their users' part.

const WORD = 4;

export class Literal {
  /** The fewest bytes there can be. */
  static readonly LEAST = WORD;
  readonly length: number;
  /** Those at 0, 4, 8, …; the last one ends with the last byte, so it may overlap the one before. */
  private readonly words: Int32Array;

  /** @param bytes copied. Throws RangeError when they are fewer than `LEAST`. */
  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, length } = bytes;
    if (length < WORD) throw new RangeError(`a literal has at least ${WORD} bytes, not ${length}`);
    const view = new DataView(buffer, byteOffset, length);
    this.length = length;
    this.words = Int32Array.from({ length: Math.ceil(length / WORD) }, (_, index) =>
      view.getInt32(Math.min(index * WORD, length - WORD), true),
    );
  }

  /** Whether they stand at `at`, all of them before `end`. */
  isAt(view: DataView, at: number, end: number): boolean {
    const { words, length } = this;
    if (at + length > end) return false;
    const last = words.length - 1;
    for (let index = 0; index < last; index++)
      if (view.getInt32(at + index * WORD, true) !== words[index]) return false;
    return view.getInt32(at + length - WORD, true) === words[last];
  }

  /** Copies them to `at`. Returns the byte after them. */
  write(view: DataView, at: number): number {
    const { words, length } = this;
    const last = words.length - 1;
    for (let index = 0; index < last; index++) view.setInt32(at + index * WORD, words[index] ?? 0, true);
    view.setInt32(at + length - WORD, words[last] ?? 0, true);
    return at + length;
  }
}
