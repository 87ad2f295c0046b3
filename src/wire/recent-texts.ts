// Texts that come again before long, as the ids of unfinished orders do: known again from their bytes, four at a time, so that each is made - and
// hashed, where it is a key - but once. All of them are of one length, as ids are: others are merely made anew each time.

/** Of the ids of a few hundred orders hardly two share a place. */
const PLACES_BITS = 10;
const PLACES = 2 ** PLACES_BITS;
const WORD = 4;
/** Nearly every id is shorter than this. */
const MOST_WORDS = 10;
/** A number without a pattern: numbers that follow one another are strewn over all places. */
const STREW = 0x9e3779b1;

/** Where the text is kept that ends with these four bytes. */
function placeOf(end: number): number {
  return Math.imul(end, STREW) >>> (32 - PLACES_BITS);
}

export class RecentTexts {
  /** The bytes of each place's text; the last four may overlap those before. */
  private words = new Int32Array(0);
  private texts: string[] = [];
  /** Of the texts that are kept. */
  private length = 0;

  /** The text that begins at `at`, if one of the usual length was kept that begins so; null when it must be read. */
  find(view: DataView, at: number, limit: number): string | null {
    const { length, words } = this;
    if (length === 0 || at + length > limit) return null;
    const last = (length - 1) >> 2;
    const end = view.getInt32(at + length - WORD, true);
    const place = placeOf(end);
    const text = this.texts[place] ?? '';
    if (text.length !== length) return null;
    const from = place * MOST_WORDS;
    if (words[from + last] !== end) return null;
    for (let index = 0; index < last; index++)
      if (view.getInt32(at + index * WORD, true) !== words[from + index]) return null;
    return text;
  }

  /** @param text of the bytes that begin at `at`, which are ASCII. Returns it. */
  keep(text: string, view: DataView, at: number): string {
    const { length } = text;
    if (length < WORD || length > MOST_WORDS * WORD) return text;
    // An exchange that nobody trades on needs no room.
    if (this.length === 0) {
      this.words = new Int32Array(PLACES * MOST_WORDS);
      this.texts = Array.from({ length: PLACES }, () => '');
    }
    this.length = length;
    const last = (length - 1) >> 2;
    const end = view.getInt32(at + length - WORD, true);
    const place = placeOf(end);
    this.texts[place] = text;
    const from = place * MOST_WORDS;
    for (let index = 0; index < last; index++) this.words[from + index] = view.getInt32(at + index * WORD, true);
    this.words[from + last] = end;
    return text;
  }
}
