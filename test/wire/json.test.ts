// Exchange JSON: long integers survive, everything else is plain JSON.
import { expect, test } from 'vitest';
import { parseJson, parseJsonNumbersAsText } from '../../src/wire/json.ts';

test('integers beyond 2^53 come as their text, safe ones as numbers', () => {
  expect(parseJson('{"i":8389765739703625592,"j":48123456789,"k":[-9007199254740993, 9007199254740991]}')).toEqual({
    i: '8389765739703625592',
    j: 48123456789,
    k: ['-9007199254740993', 9007199254740991],
  });
});

test('texts and decimals are left as they are', () => {
  const text = '{"a":"8389765739703625592","b":"x:8389765739703625592","c":0.12345678901234567,"d":1e30}';
  expect(parseJson(text)).toEqual(JSON.parse(text));
});

test('numbers can be kept as they were written', () => {
  expect(parseJsonNumbersAsText('{"p":0.00012300,"q":[1e-7,12345678901234567890],"s":"1","n":null,"b":true}')).toEqual({
    p: '0.00012300',
    q: ['1e-7', '12345678901234567890'],
    s: '1',
    n: null,
    b: true,
  });
});

test('what is no JSON throws', () => {
  expect(() => parseJson('<html>')).toThrow(SyntaxError);
});
