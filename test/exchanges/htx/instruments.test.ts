// Reference data: loaded whole once, then by the symbol for who needs it fresher (htx.md 3.1).
import { expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import type { Result } from '../../../src/domain/errors.ts';
import { checkAmounts } from '../../../src/domain/instrument.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { instrumentOf } from '../../../src/exchanges/htx/decode-market.ts';
import { HtxLimits } from '../../../src/exchanges/htx/limits.ts';
import { HtxInstruments } from '../../../src/exchanges/htx/instruments.ts';
import { HtxRequests } from '../../../src/exchanges/htx/requests.ts';
import { HtxRest } from '../../../src/exchanges/htx/rest.ts';
import { HtxSigner } from '../../../src/exchanges/htx/sign.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { createRateBudgets } from '../../../src/wire/rate-budget.ts';
import { BTC_USDT_ROW, FakeTransport } from './support.ts';

const PATH = '/v1/settings/common/market-symbols';
const answer = (...rows: object[]) => ({ status: 'ok', data: rows, ts: '1', full: 1 });

function reference() {
  const clock = new VirtualClock();
  const transport = new FakeTransport();
  const requests = new HtxRequests({
    rest: 'http://h.test',
    transport,
    clock,
    signer: new HtxSigner('key', new Secret('secret')),
    limits: new HtxLimits(createRateBudgets(), clock, 'h.test', 'key'),
    timeoutMs: 5_000,
    exchangeTime: () => clock.now(),
    remeasure: () => Promise.resolve(0),
  });
  return { clock, transport, rules: new HtxInstruments(new HtxRest(requests), clock) };
}

const isTrading = ([instrument]: Result<{ readonly isTrading: boolean }>): boolean | undefined => instrument?.isTrading;

test('a symbol is asked for by itself when what is known is older than it may be', async () => {
  const { clock, transport, rules } = reference();
  transport.answer(PATH, answer({ ...BTC_USDT_ROW, state: 'suspend' }), answer(BTC_USDT_ROW));
  expect(isTrading(await rules.get('BTC/USDT'))).toBe(false);
  await clock.advance(10_000);
  expect(isTrading(await rules.get('BTC/USDT', 20_000))).toBe(false);
  expect(isTrading(await rules.get('BTC/USDT', 3_000))).toBe(true);
  expect(transport.requests.map(({ url }) => new URL(url).search)).toEqual(['', '?symbols=btcusdt']);
  const [kept] = await rules.get('BTC/USDT', 3_000);
  expect((await rules.get('BTC/USDT'))[0]).toBe(kept);
  expect(transport.requests).toHaveLength(2);
});

test.each(['btc/usdt', 'B/TCUSDT', 'BTCU/SDT'])(
  '%s leads to a listed name and is no symbol all the same',
  async (symbol) => {
    const { transport, rules } = reference();
    transport.answer(PATH, answer(BTC_USDT_ROW));
    for (const maxAge of [undefined, 3_600_000]) {
      const [, error] = await rules.get(symbol, maxAge);
      expect(error).toMatchObject({ kind: 'invalid-order', outcome: 'not-sent' });
      expect(error?.message).toContain('did you mean BTC/USDT?');
    }
  },
);

test('several who ask at once ask once', async () => {
  const { clock, transport, rules } = reference();
  transport.answer(PATH, answer(BTC_USDT_ROW));
  await rules.get('BTC/USDT');
  await clock.advance(10_000);
  const [one, two] = await Promise.all([rules.get('BTC/USDT', 3_000), rules.get('BTC/USDT', 3_000)]);
  expect(one[0]).toBe(two[0]);
  expect(transport.requests).toHaveLength(2);
});

test('what cannot be had anew serves on, and is asked for again', async () => {
  const { clock, transport, rules } = reference();
  transport.answer(
    PATH,
    answer(BTC_USDT_ROW),
    { status: 500, body: '' },
    answer(),
    answer({ ...BTC_USDT_ROW, at: 'disabled' }),
  );
  await rules.get('BTC/USDT');
  await clock.advance(10_000);
  expect(isTrading(await rules.get('BTC/USDT', 3_000))).toBe(true);
  expect(isTrading(await rules.get('BTC/USDT', 3_000))).toBe(true);
  await clock.advance(3_000);
  expect(isTrading(await rules.get('BTC/USDT', 3_000))).toBe(false);
});

test.each([
  ['SELL', '0.0005', 'LIMIT', 'quantity 0.0005 is below the minimum 0.001'],
  ['SELL', '0.0005', 'MARKET', null],
  ['SELL', '0.00005', 'MARKET', 'quantity 0.00005 is below the market order minimum 0.0001'],
  ['SELL', '15', 'LIMIT', 'quantity 15 is above the maximum 10'],
  ['SELL', '15', 'MARKET', null],
  ['SELL', '25', 'MARKET', 'quantity 25 is above the market order maximum 20'],
  // Bounded by value, which is known when it is priced.
  ['BUY', '0.00005', 'MARKET', null],
  ['BUY', '25', 'MARKET', null],
] as const)(
  'limits of a market sell are its own, neither limit orders’ nor market buys’ (3.1): %s %s %s',
  (action, quantity, orderType, problem) => {
    const row = { ...BTC_USDT_ROW, lominoa: '0.001', lomaxoa: '10', smminoa: '0.0001', smmaxoa: '20' };
    const price = orderType === 'LIMIT' ? Decimal.from('60000') : null;
    const order = { action, orderType, price, quantity: Decimal.from(quantity), quoteQuantity: null };
    expect(checkAmounts(instrumentOf(row)!, order)).toBe(problem);
  },
);
