// New orders written in one go against the general way: the same parameters and a signature over the same text, or left to the general way.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import { TIME_IN_FORCE } from '../../../src/domain/order.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { createCall } from '../../../src/exchanges/binance/encode.ts';
import { newOrderFrame, newOrderQuery } from '../../../src/exchanges/binance/new-order.ts';
import { createSigner, queryOf, socketFrame } from '../../../src/exchanges/binance/sign.ts';
import type { CreateCommand } from '../../../src/exchanges/exchange.ts';

const BTC_USDT: Instrument = {
  symbol: 'BTC/USDT',
  rawSymbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  tickSize: Decimal.from('0.01'),
  lotSize: Decimal.from('0.00001'),
  minPrice: null,
  maxPrice: null,
  minQuantity: null,
  maxQuantity: null,
  minMarketQuantity: null,
  maxMarketQuantity: null,
  marketLotSize: null,
  minNotional: null,
  maxNotional: null,
  quotePrecision: null,
  isTrading: true,
  extra: {},
};
const hmac = createSigner(new Secret('NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'));
/** As RSA's: base64, which is encoded in a query. */
const base64 = { canLogOn: false, sign: (payload: string) => `${hmac.sign(payload)}+/=` };
const signer = fc.constantFrom(hmac, base64);

const plain = fc.stringMatching(/^[A-Za-z0-9_.-]{1,36}$/);
const text = fc.oneof({ weight: 4, arbitrary: plain }, fc.stringMatching(/^[.A-Z:/a-z0-9_-]{1,36}$/), fc.string());
const amount = fc.option(
  fc.bigInt({ min: 1n, max: 10n ** 24n }).map((value) => Decimal.from(value).mul(Decimal.from('0.00000001'))),
);
const command: fc.Arbitrary<CreateCommand> = fc.record({
  instrument: fc
    .record({ rawSymbol: fc.oneof(plain, fc.string({ unit: 'binary' })) })
    .map((name) => ({ ...BTC_USDT, ...name })),
  clientOrderId: text,
  action: fc.constantFrom('BUY', 'SELL'),
  orderType: fc.constantFrom('LIMIT', 'MARKET'),
  timeInForce: fc.constantFrom(...TIME_IN_FORCE),
  price: amount,
  quantity: amount,
  quoteQuantity: amount,
  extra: fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    fc.dictionary(plain, fc.oneof(text, fc.nat(), fc.boolean()), { maxKeys: 3 }),
  ),
});
const timestamp = fc.nat({ max: 4_000_000_000_000 });

const isPlain = (value: string): boolean => /^[\w.-]*$/.test(value);
/** Whether the order may be written in one go. */
function isSimple({ clientOrderId, instrument, extra }: CreateCommand): boolean {
  return Object.keys(extra).length === 0 && isPlain(clientOrderId) && isPlain(instrument.rawSymbol);
}
const sorted = (query: string): string[] => query.split('&').toSorted();

test('REST: the same pairs, signed as they are sent', () => {
  let written = 0;
  fc.assert(
    fc.property(command, timestamp, signer, (order, at, by) => {
      const query = newOrderQuery(order, at, by);
      expect(query !== null).toBe(isSimple(order));
      if (query === null) return;
      written++;
      const [pairs = '', signature] = query.split('&signature=');
      expect(sorted(pairs)).toEqual(sorted(queryOf({ ...createCall(order).params, timestamp: at })));
      expect(signature).toBe(encodeURIComponent(by.sign(pairs)));
    }),
    { numRuns: 500 },
  );
  expect(written).toBeGreaterThan(50);
});

test('WebSocket API: the same parameters under the same signature', () => {
  let written = 0;
  fc.assert(
    fc.property(command, timestamp, signer, fc.option(plain), (order, at, by, apiKey) => {
      const frame = newOrderFrame('7', order, at, apiKey, by);
      expect(frame !== null).toBe(isSimple(order));
      if (frame === null) return;
      written++;
      const params = { ...createCall(order).params, timestamp: at };
      const general =
        apiKey === null
          ? socketFrame('7', 'order.place', params, null)
          : socketFrame('7', 'order.place', { ...params, apiKey }, by);
      expect(JSON.parse(frame)).toEqual(JSON.parse(general));
    }),
    { numRuns: 500 },
  );
  expect(written).toBeGreaterThan(50);
});
