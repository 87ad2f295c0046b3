// The row scanner against JSON.parse, from its first frame on: what it learns of a form must not make it see what is not there.
// Whole frames of the exchanges are compared in test/exchanges/*/scan.test.ts.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { RowScanner, type ScannedRow } from '../../src/wire/row-scan.ts';

const WANTED = {
  w: 'word',
  a: 'amount',
  t: 'time',
  x: 'text',
  r: 'textAgain',
  i: 'id',
  j: 'idAgain',
  n: 'number',
} as const;
const NAMES = Object.keys(WANTED);

function newScanner(): RowScanner {
  return new RowScanner(WANTED, (row, values) => {
    for (const [index, name] of NAMES.entries()) row[name] = values[index];
  });
}

/** As a text: a scanned decimal, time or id is what the text or the number of the frame says. */
function plain(value: unknown): string {
  if (value instanceof Decimal) return value.toString();
  if (typeof value === 'string') return Decimal.tryFrom(value)?.toString() ?? value;
  return value === undefined ? 'nothing' : String(JSON.stringify(value));
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('"BUY"', '"0.00000000"', '""', 'true', 'null', '-1', '12', '"x"') },
  fc.constantFrom(
    '"SELL"',
    '"60000.01000000"',
    '"1795300000000"',
    '1795300000001',
    '{"b":[1,"}"]}',
    '"B"',
    '[]',
    '0.5',
  ),
  // Such as come again, and what they could be taken for.
  fc.constantFrom('"order-1"', '"order-2"', '4812345', '4812346', '"4812345"', '4812345.5', 'order-1', '0812345'),
);
/** Members that nobody wants stand among those that are wanted, alone and several together. */
const form = fc.shuffledSubarray(['w', 'P', 'F', 'g', 'a', 'W', 't', 'M', 'V', 'x', 'r', 'i', 'j', 'Y', 'n', 'u'], {
  minLength: 1,
});
const frames = fc.uniqueArray(form, { minLength: 1, maxLength: 3, selector: String }).chain((forms) =>
  fc.array(
    fc
      .constantFrom(...forms)
      .chain((names) =>
        fc
          .tuple(...names.map(() => value))
          .map((values) => `{${names.map((name, index) => `"${name}":${values[index]}`).join(',')}}`),
      ),
    { minLength: 2, maxLength: 20 },
  ),
);
/** A frame as it came; or with a byte changed, put in or left out. */
const damage = fc.oneof(
  { weight: 3, arbitrary: fc.constant((text: string) => text) },
  fc
    .tuple(fc.nat(), fc.constantFrom(0, 1), fc.constantFrom('', '"', ',', '}', '{', ':', '0', '9', '\\', ' ', 'é', 'a'))
    .map(([seed, cut, put]) => (text: string) => {
      const at = seed % text.length;
      return text.slice(0, at) + put + text.slice(at + cut);
    }),
);

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

test('what is read is what the parser reads; everything else is declined', () => {
  let read = 0;
  fc.assert(
    fc.property(frames, fc.array(damage, { minLength: 20, maxLength: 20 }), fc.nat(9), (texts, damages, offset) => {
      const scanner = newScanner();
      for (const [index, text] of texts.entries()) {
        const damaged = damages[index]?.(text) ?? text;
        const bytes = Buffer.from(`${'#'.repeat(offset)}${damaged}`);
        const row: ScannedRow = {};
        if (!scanner.read(bytes, offset, row)) continue;
        read++;
        const whole = parsed(bytes.toString('utf8', offset, scanner.end));
        expect([damaged, whole === null]).toEqual([damaged, false]);
        for (const name of NAMES)
          expect([damaged, name, plain(row[name])]).toEqual([damaged, name, plain(whole?.[name])]);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(read).toBeGreaterThan(5_000);
});

test('plain frames of a known form are all read, whatever changes in them', () => {
  const scanner = newScanner();
  const frame = (u: number, V: string, a: string): Buffer =>
    Buffer.from(`{"u":${u},"P":"0.00000000","F":"","g":-1,"a":"${a}","W":true,"V":"${V}"}`);
  for (const [u, V, a] of [
    [1, 'NONE', '0.5'],
    [1, 'NONE', '0.25'],
    [2, 'NONE', '7'],
    [2, 'EXPIRE_MAKER', '7'],
    [3, 'NONE', '8'],
    [3, 'NONE', '9.00'],
  ] as const) {
    const bytes = frame(u, V, a);
    const row: ScannedRow = {};
    expect(scanner.read(bytes, 0, row)).toBe(true);
    expect([plain(row['a']), scanner.end]).toEqual([String(Number(a)), bytes.length]);
  }
});

test('what closes an object is not taken from the frame before', () => {
  const scanner = newScanner();
  const row: ScannedRow = {};
  for (let times = 0; times < 3; times++) expect(scanner.read(Buffer.from('{"a":"1","P":"5"}'), 0, row)).toBe(true);
  expect(scanner.read(Buffer.from('{"a":"1","P":"5"'), 0, row)).toBe(false);
  expect(scanner.read(Buffer.from('{"a":"1","P":"5",'), 0, row)).toBe(false);
  expect(scanner.read(Buffer.from('{"a":"1","P":"5","x":"y"}'), 0, row)).toBe(true);
  expect(row['x']).toBe('y');
});

test('of names that come in ever another order only so many are kept, and all are read', () => {
  interface Place {
    readonly members: readonly { readonly next: Place }[];
  }
  const countOf = ({ members }: Place): number => members.reduce((sum, { next }) => sum + 1 + countOf(next), 0);
  const scanner = newScanner();
  const random = seededRandom(7);
  const names = [...NAMES, 'P', 'F', 'g', 'W', 'M', 'V', 'Y', 'u'];
  for (let frame = 0; frame < 2_000; frame++) {
    for (let left = names.length - 1; left > 0; left--) {
      const other = random.int(left + 1);
      [names[left], names[other]] = [names[other]!, names[left]!];
    }
    const row: ScannedRow = {};
    const bytes = Buffer.from(`{${names.map((name) => `"${name}":"${frame}"`).join(',')}}`);
    expect(scanner.read(bytes, 0, row)).toBe(true);
    for (const name of NAMES) expect(plain(row[name])).toBe(String(frame));
  }
  expect(countOf(Reflect.get(scanner, 'first') as Place)).toBeLessThanOrEqual(2_000);
});
