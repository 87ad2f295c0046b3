// Texts that are known again: never another than the one that stands there.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentTexts } from '../../src/wire/recent-texts.ts';

/** Few characters, so that texts begin and end alike; mostly of one length, and now and then of one that is not kept. */
const length = fc.oneof({ weight: 9, arbitrary: fc.constant(8) }, fc.constantFrom(1, 3, 4, 5, 11, 12, 40, 41));
const text = fc
  .tuple(length, fc.stringMatching(/^[01]{2}00[01]{3}0$/))
  .map(([size, digits]) => digits.repeat(6).slice(0, size));

test('a text that is found is what stands there, and one of the usual length is found', () => {
  let found = 0;
  fc.assert(
    fc.property(fc.array(text, { minLength: 20, maxLength: 60 }), fc.nat(5), (texts, offset) => {
      const recent = new RecentTexts();
      for (const wanted of texts) {
        const bytes = Buffer.from(`${'#'.repeat(offset)}${wanted}`);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const known = recent.find(view, offset, bytes.length);
        if (known !== null) {
          found++;
          expect(wanted.startsWith(known)).toBe(true);
        }
        expect(recent.keep(wanted, view, offset)).toBe(wanted);
        if (wanted.length >= 4 && wanted.length <= 40) expect(recent.find(view, offset, bytes.length)).toBe(wanted);
        expect(recent.find(view, offset, bytes.length - 1)).not.toBe(wanted);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(found).toBeGreaterThan(5_000);
});
