// Literals and digits against the plain ways: comparing byte by byte, String and padStart.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digitCount, DIGITS_BELOW, writeDigits } from '../../src/domain/digits.ts';
import { Literal } from '../../src/domain/literal.ts';

const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView => new DataView(buffer, byteOffset, length);

test('a literal is known again where it stands, and nowhere else', () => {
  const bytes = fc
    .array(fc.constantFrom(34, 58, 97, 98), { minLength: 4, maxLength: 24 })
    .map((list) => Buffer.from(list));
  fc.assert(
    fc.property(
      bytes,
      fc.array(fc.constantFrom(34, 58, 97, 98), { maxLength: 60 }),
      fc.nat(60),
      (wanted, text, end) => {
        const memory = Buffer.from([...text, ...wanted, ...text, ...wanted]);
        const literal = new Literal(wanted);
        const limit = Math.min(end, memory.length);
        for (let at = 0; at <= memory.length; at++) {
          const stands = at + wanted.length <= limit && memory.subarray(at, at + wanted.length).equals(wanted);
          expect(literal.isAt(viewOf(memory), at, limit)).toBe(stands);
        }
      },
    ),
  );
});

test('a literal is copied whole, and nothing beside it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 40 }), fc.nat(7), (bytes, at) => {
      const memory = Buffer.alloc(60, '!');
      const end = new Literal(bytes).write(viewOf(memory), at);
      expect(memory).toEqual(Buffer.concat([Buffer.alloc(at, '!'), bytes, Buffer.alloc(60 - end, '!')]));
      expect(end).toBe(at + bytes.length);
    }),
  );
});

test('a literal has no fewer bytes than can be compared at once', () => {
  expect(() => new Literal(Buffer.from('abc'))).toThrow('at least 4 bytes, not 3');
});

test('digits are those of the text', () => {
  const number = fc.oneof(
    fc.nat(DIGITS_BELOW - 1),
    fc.nat(1_200),
    fc.constantFrom(0, 9, 10, 99, 100, DIGITS_BELOW - 1),
  );
  fc.assert(
    fc.property(number, fc.nat(4), fc.nat(7), (value, more, at) => {
      const text = String(value);
      expect(digitCount(value)).toBe(text.length);
      const memory = Buffer.alloc(30, '!');
      const end = writeDigits(viewOf(memory), at, value, text.length + more);
      expect(memory.toString('latin1')).toBe(`${'!'.repeat(at)}${'0'.repeat(more)}${text}${'!'.repeat(30 - end)}`);
    }),
  );
});
