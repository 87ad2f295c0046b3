// Refused, unknown or not sent: every code of the reference, statuses, bodies that are not Binance's (binance.md A3.1, A10, D).
import { describe, expect, test } from 'vitest';
import { errorOf, readRestError, readSocketError } from '../../../src/exchanges/binance/outcomes.ts';

const answer = (status: number, code: string | null, message = 'words') =>
  errorOf({ status, code, message, retryAfter: null });

const NOW = 1_795_300_000_000;

describe('codes', () => {
  test.each(['-1000', '-1001', '-1006', '-1007', '-1008'])('%s: execution unknown', (code) => {
    expect(answer(400, code).outcome).toBe('unknown');
  });

  test.each([
    ['-1003', 'rate-limited'],
    ['-1013', 'invalid-order'],
    ['-1014', 'invalid-order'],
    ['-1015', 'rate-limited'],
    ['-1020', 'rejected'],
    ['-1021', 'clock-skew'],
    ['-1022', 'auth'],
    ['-1100', 'invalid-order'],
    ['-1102', 'invalid-order'],
    ['-1104', 'invalid-order'],
    ['-1105', 'invalid-order'],
    ['-1106', 'invalid-order'],
    ['-1111', 'invalid-order'],
    ['-1114', 'invalid-order'],
    ['-1115', 'invalid-order'],
    ['-1116', 'invalid-order'],
    ['-1117', 'invalid-order'],
    ['-1120', 'invalid-order'],
    ['-1121', 'invalid-order'],
    ['-1127', 'invalid-order'],
    ['-1128', 'invalid-order'],
    ['-1131', 'rejected'],
    ['-1135', 'rejected'],
    ['-1145', 'invalid-order'],
    ['-2011', 'order-not-found'],
    ['-2013', 'order-not-found'],
    ['-2014', 'auth'],
    ['-2015', 'auth'],
    ['-2026', 'already-done'],
    ['-2035', 'rejected'],
    ['-2036', 'rejected'],
    ['-2038', 'rejected'],
    ['-2039', 'order-not-found'],
    ['-2042', 'rejected'],
    ['-2043', 'rejected'],
  ])('%s: refused, %s', (code, kind) => {
    expect(answer(400, code)).toMatchObject({ outcome: 'rejected', kind, code });
  });

  test.each([
    ['Account has insufficient balance for requested action.', 'insufficient-funds'],
    ['Order would immediately match and take.', 'rejected'],
    ['Market is closed.', 'maintenance'],
    ['This account may not place or cancel orders.', 'auth'],
    ['Market orders are not supported for this symbol.', 'invalid-order'],
    ['Price * QTY is zero or less.', 'invalid-order'],
  ])('-2010 "%s" is %s', (message, kind) => {
    expect(answer(400, '-2010', message)).toMatchObject({ outcome: 'rejected', kind });
  });

  test.each([
    ['Market is closed.', 'maintenance'],
    ['Filter failure: LOT_SIZE', 'invalid-order'],
  ])('-1013 "%s" is %s', (message, kind) => {
    expect(answer(400, '-1013', message)).toMatchObject({ outcome: 'rejected', kind });
  });

  test('-2010 "Duplicate order sent." proves that the order exists', () => {
    expect(answer(400, '-2010', 'Duplicate order sent.')).toMatchObject({
      outcome: 'unknown',
      kind: 'duplicate-order',
    });
  });

  test.each(['-2021', '-2022'])(
    '%s: a half of a cancel-replace may have been done, whatever the status (A7.4)',
    (code) => {
      for (const status of [400, 409, 429]) expect(answer(status, code)).toMatchObject({ outcome: 'unknown', code });
    },
  );

  test('a code nobody has heard of is unknown, not refused', () => {
    expect(answer(400, '-9999').outcome).toBe('unknown');
  });
});

describe('statuses', () => {
  test.each([500, 502, 503, 504, 408])('%d promises nothing, whatever its body says', (status) => {
    expect(answer(status, '-2010', 'Account has insufficient balance').outcome).toBe('unknown');
    expect(answer(status, null).outcome).toBe('unknown');
  });

  test.each([401, 403, 404, 410, 418, 429])('%d without a code: refused', (status) => {
    expect(answer(status, null).outcome).toBe('rejected');
  });

  test("the firewall's page is a limit, and says no more than that; a code tells better", () => {
    const page = { status: 403, headers: {}, body: '<html>403 Forbidden</html>' };
    const firewall = { kind: 'rate-limited', outcome: 'rejected' };
    expect(errorOf(readRestError(page, NOW))).toMatchObject({ ...firewall, retryAfter: 5_000 });
    const later = readRestError({ ...page, headers: { 'retry-after': '17' } }, NOW);
    expect(errorOf(later)).toMatchObject({ ...firewall, retryAfter: 17_000 });
    expect(answer(403, '-2015').kind).toBe('auth');
  });

  test('an HTML page, a body without code, Retry-After in seconds', () => {
    const html = readRestError({ status: 502, headers: {}, body: '<html>Bad gateway</html>' }, NOW);
    expect(html).toMatchObject({ status: 502, code: null });
    const odd = readRestError(
      {
        status: 503,
        headers: {},
        body: '{"timestamp":1,"msg":"Unknown error, please check your request or try again later."}',
      },
      NOW,
    );
    expect(errorOf(odd)).toMatchObject({ outcome: 'unknown' });
    expect(
      readRestError({ status: 429, headers: { 'retry-after': '17' }, body: '{"code":-1003,"msg":"x"}' }, NOW)
        .retryAfter,
    ).toBe(17_000);
  });

  test('a ban says in its words how long it lasts, where nothing else does', () => {
    const msg = `Way too much request weight used; IP banned until ${NOW + 60_000}. Please use WebSocket Streams.`;
    const body = JSON.stringify({ code: -1003, msg });
    expect(readRestError({ status: 418, headers: {}, body }, NOW).retryAfter).toBe(60_000);
    expect(readRestError({ status: 418, headers: { 'retry-after': '5' }, body }, NOW).retryAfter).toBe(5_000);
    expect(readRestError({ status: 418, headers: {}, body }, NOW + 60_000).retryAfter).toBeNull();
    expect(readSocketError(418, { code: -1003, msg }, NOW).retryAfter).toBe(60_000);
    const data = { serverTime: NOW, retryAfter: NOW + 7_000 };
    expect(readSocketError(418, { code: -1003, msg, data }, NOW).retryAfter).toBe(7_000);
  });
});
