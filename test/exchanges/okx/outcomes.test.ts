// OKX's codes: which prove a refusal, which prove nothing, and what a cancel's code says of the order (okx.md 11).

import { describe, expect, it, test } from 'vitest';
import {
  cancelVerdict,
  errorFor,
  isClockCode,
  isFatalLogin,
  kindOf,
  outcomeOf,
  STALE_RULES,
} from '../../../src/exchanges/okx/outcomes.ts';
import { MAY_PASS } from '../../../src/orders/revoke.ts';

describe('a write', () => {
  it.each(['', '403', 'REQUEST_TIMEOUT'])("'%s' is no code of OKX's, and leaves it unknown", (code) => {
    expect([outcomeOf(code), kindOf(code), cancelVerdict(code)]).toEqual(['unknown', 'unknown', 'unknown']);
  });
  it.each(['50001', '50004', '50013', '50026', '51054', '51149', '64007'])(
    '%s leaves it unknown what happened',
    (code) => {
      expect(outcomeOf(code)).toBe('unknown');
    },
  );
  it.each(['51011', '51016', '50071'])('%s proves that an order with the id exists', (code) => {
    expect([outcomeOf(code), kindOf(code)]).toEqual(['unknown', 'duplicate-order']);
  });
  it.each([
    ['50011', 'rate-limited'],
    ['50061', 'rate-limited'],
    ['50040', 'rate-limited'],
    ['50036', 'timeout'],
    ['50037', 'timeout'],
    ['50101', 'auth'],
    ['50102', 'clock-skew'],
    ['50105', 'auth'],
    ['50110', 'auth'],
    ['50113', 'auth'],
    ['50119', 'auth'],
    ['50120', 'auth'],
    ['51000', 'invalid-order'],
    ['51001', 'invalid-order'],
    ['51006', 'invalid-order'],
    ['51008', 'insufficient-funds'],
    ['51010', 'invalid-order'],
    ['51020', 'invalid-order'],
    ['51121', 'invalid-order'],
    ['51127', 'insufficient-funds'],
    ['51103', 'rejected'],
    ['54012', 'rejected'],
    ['50115', 'rejected'],
    ['59113', 'auth'],
    ['99999', 'rejected'],
  ])('%s is a refusal: %s', (code, kind) => {
    expect([outcomeOf(code), kindOf(code)]).toEqual(['rejected', kind]);
  });
});

it.each(['51404', '54047', '54048'])(
  'a cancel refused with %s is refused for the moment only: a revoke tries it again (okx.md 6.3, 11.3)',
  (code) => {
    expect([cancelVerdict(code), MAY_PASS.has(kindOf(code))]).toEqual(['rejected', true]);
  },
);

it.each(['51001', '60013', '51020', '51021', '51022', '51027', '51028', '51087', '51121', '51150', '54072'])(
  '%s says that the trading rules are out of date',
  (code) => {
    expect(STALE_RULES.has(code)).toBe(true);
  },
);

it.each([...STALE_RULES])('%s is of a kind after which a Trade reads its rules again (okx.md 2.1, 11.3)', (code) => {
  expect(['invalid-order', 'maintenance']).toContain(kindOf(code));
});

it.each(['51022', '51029', '51030'])('%s passes: a revoke by id tries its cancel again (okx.md 11.3)', (code) => {
  expect([kindOf(code), cancelVerdict(code), MAY_PASS.has(kindOf(code))]).toEqual(['maintenance', 'rejected', true]);
});

describe('a cancel', () => {
  it.each([
    ['0', 'accepted'],
    ['51410', 'accepted'],
    ['51400', 'gone'],
    ['51401', 'gone'],
    ['51402', 'gone'],
    ['51503', 'gone'],
    ['51603', 'gone'],
    ['51412', 'unknown'],
    ['50001', 'unknown'],
    ['51149', 'unknown'],
    ['51404', 'rejected'],
    ['51403', 'rejected'],
    ['50011', 'rejected'],
  ])('%s: %s', (code, verdict) => {
    expect(cancelVerdict(code)).toBe(verdict);
  });
});

test('a login that can never succeed is told from one that may', () => {
  expect(['60005', '60007', '60009', '60024', '60032', '50119'].map(isFatalLogin)).toEqual([
    true,
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(['60004', '60006', '60011', '60023', '63999', '64007'].map(isFatalLogin)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(['60004', '60006', '50102', '50112'].every(isClockCode)).toBe(true);
});

test('an error says the code, its sub-code and the exchange’s words', () => {
  const error = errorFor('51008', 'Order failed. Insufficient USDT balance in account', { subCode: '1000' });
  expect(error.message).toBe('Order failed. Insufficient USDT balance in account (51008_1000)');
  expect(error.code).toBe('51008');
});

test('a quoted request never gets into an error: it may be a login', () => {
  const error = errorFor(
    '60012',
    'Illegal request: {"op":"login","args":[{"apiKey":"k","passphrase":"open sesame","sign":"abc"}]}',
  );
  expect(error.message).toBe('Illegal request (60012)');
  expect(JSON.stringify(error.cause)).not.toContain('sesame');
});

test.each(['50119', '60005', '60032'])('%s, which looks like a bad key, reminds of the region', (code) => {
  expect(errorFor(code, "API key doesn't exist").message).toMatch(/^API key doesn't exist \(\d+\); .*endpoints\.rest$/);
});
