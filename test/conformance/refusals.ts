// Orders that no exchange could take: refused here, with the nearest legal value, and nothing leaves the machine.
import { expect } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import type { CreateOrderOptions } from '../../src/orders/order-request.ts';
import type { Case, Chapter } from './case.ts';
import { value, type Stage } from './stage.ts';

type Call = readonly [
  action: 'BUY' | 'SELL',
  price: string | number | null,
  quantity: string | number | null,
  options?: CreateOrderOptions,
];

const INVALID: readonly (readonly [what: string, call: Call, message: RegExp])[] = [
  [
    'a price off the tick',
    ['BUY', '0.80004', '20'],
    /price 0\.80004 .*tick size 0\.0001.*nearest legal price is 0\.8\b/,
  ],
  [
    'a quantity off the lot',
    ['BUY', '0.8', '20.17'],
    /quantity 20\.17 .*lot size 0\.1.*nearest legal quantity is 20\.2/,
  ],
  ['less than the least value', ['BUY', '0.8', '6.2'], /4\.96 USDT.*minimum 5/],
  ['nothing', ['BUY', '0.8', '0'], /quantity 0 must be greater than zero/],
  ['less than nothing', ['SELL', '0.8', '-20'], /quantity -20 must be greater than zero/],
  ['a price of zero', ['BUY', '0', '20'], /price 0 must be greater than zero/],
  ['NaN', ['BUY', Number.NaN, '20'], /price/],
  ['infinity', ['BUY', '0.8', Number.POSITIVE_INFINITY], /quantity/],
  ['more digits than anything has', ['BUY', '1e9999', '20'], /^price 1e9999 has more than 50 digits$/],
  ['a number beyond reason', ['BUY', '0.8', 1e-300], /^quantity 1e-300 has more than 50 digits$/],
  ['a text without end', ['BUY', '0.8', '9'.repeat(9_000)], /^quantity 9{50}… has more than 50 digits$/],
  ['what is no number', ['BUY', '0,8', '20'], /price/],
  ['a limit order without a price', ['BUY', null, '20'], /price is required/],
  ['a market order with a price', ['BUY', '0.8', '20', { orderType: 'MARKET' }], /price must be null/],
  ['a limit order for a quote amount', ['BUY', '0.8', null, { quoteQuantity: '20' }], /quoteQuantity/],
  ['a market buy for too little', ['BUY', null, null, { orderType: 'MARKET', quoteQuantity: '1' }], /minimum 5/],
  ['a malformed client order id', ['BUY', '0.8', '20', { clientOrderId: 'with space' }], /clientOrderId/],
];

/** Runs `work` while the exchange has another tick size for the symbol. */
async function withTick(stage: Stage, tickSize: string, work: () => Promise<void>): Promise<void> {
  const instrument = stage.venue.instruments.get('EOS/USDT')!;
  const before = instrument.tickSize;
  Object.assign(instrument, { tickSize: Decimal.from(tickSize) });
  try {
    await work();
  } finally {
    // The listing is shared by everything that is simulated in this process.
    Object.assign(instrument, { tickSize: before });
  }
}

const cases: readonly Case[] = [
  {
    name: 'a tick that grew while the program ran is learnt from the first refusal',
    run: async (stage) => {
      const { trade } = await stage.ready();
      await stage.clock.advance(60_000);
      await withTick(stage, '0.01', async () => {
        const [, first] = await stage.run(trade.createOrder('BUY', '0.755', '20'));
        expect(first).toMatchObject({ kind: 'invalid-order', outcome: 'rejected' });
        await stage.clock.advance(1_000);
        const [, second] = await stage.run(trade.createOrder('BUY', '0.755', '20'));
        expect(second).toMatchObject({ kind: 'invalid-order', outcome: 'not-sent' });
        expect(second?.message).toContain('tick size 0.01');
      });
    },
  },
  {
    name: 'a tick that shrank while the program ran is known after some minutes',
    run: async (stage) => {
      const { trade } = await stage.ready();
      await withTick(stage, '0.00001', async () => {
        await stage.clock.advance(400_000);
        value(await stage.run(trade.createOrder('BUY', '0.75001', '20')));
      });
    },
  },
  {
    name: 'every kind of nonsense is invalid-order, not sent, and says what would be legal',
    run: async (stage) => {
      const { trade, told, requests } = await stage.ready();
      const connector = await stage.connector();
      const { minNotional } = value(await stage.run(connector.instrument('EOS/USDT')));
      await stage.run(connector.close());
      const before = requests.length;
      for (const [what, call, message] of INVALID) {
        // Some exchanges know no least value, only a least quantity.
        if (minNotional === null && message.source.includes('minimum 5')) continue;
        const [id, error] = await stage.run(trade.createOrder(...call));
        expect({ what, id, kind: error?.kind, outcome: error?.outcome }).toEqual({
          what,
          id: null,
          kind: 'invalid-order',
          outcome: 'not-sent',
        });
        expect(error?.message).toMatch(message);
      }
      await stage.clock.advance(1_000);
      expect(requests.length).toBe(before);
      expect(stage.venue.orders(stage.uid, null)).toEqual([]);
      expect(told.orders).toEqual([]);
    },
  },
  {
    name: 'numbers are taken by their shortest text',
    run: async (stage) => {
      const { trade } = await stage.ready();
      const id = value(await stage.run(trade.createOrder('BUY', 0.7, 20.1)));
      const { price, quantity } = stage.truth(id);
      expect([price?.toString(), quantity?.toString()]).toEqual(['0.7', '20.1']);
    },
  },
  {
    name: 'more than the balance is insufficient-funds and FAILED with a reason',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      const [id, error] = await stage.run(trade.createOrder('BUY', '0.8', '5000000'));
      expect(id).toBeNull();
      expect(error).toMatchObject({
        kind: 'insufficient-funds',
        outcome: 'rejected',
        platform: stage.subject.platform,
        symbol: 'EOS/USDT',
      });
      expect(error?.code).toEqual(expect.stringMatching(/\S/));
      await stage.clock.advance(1_000);
      expect(told.orders.at(-1)).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(/\S/) as string });
      expect(trade.orders.size).toBe(0);
    },
  },
  {
    name: 'a client order id that an unfinished order carries is duplicate-order, not sent',
    run: async (stage) => {
      const { trade } = await stage.ready();
      value(await stage.run(trade.createOrder('BUY', '0.7', '20', { clientOrderId: 'twin1' })));
      const [, error] = await stage.run(trade.createOrder('BUY', '0.7', '20', { clientOrderId: 'twin1' }));
      expect(error).toMatchObject({ kind: 'duplicate-order', outcome: 'not-sent' });
      expect(stage.openIds).toHaveLength(1);
    },
  },
  {
    name: 'an unknown symbol fails for good: onError, then onInit(false)',
    run: async (stage) => {
      const { trade, told } = stage.trade({ symbol: 'NOPE/USDT' });
      expect(await stage.run(trade.ready)).toBe(false);
      expect(told.calls).toEqual(['error invalid-order', 'init false']);
    },
  },
  {
    name: 'a symbol of another spelling is no symbol, whatever the exchange makes of it',
    run: async (stage) => {
      for (const symbol of ['eos/usdt', 'Eos/Usdt', 'EO/SUSDT', 'EOSU/SDT']) {
        const { trade, told } = stage.trade({ symbol });
        expect([symbol, await stage.run(trade.ready)]).toEqual([symbol, false]);
        expect(told.errors).toMatchObject([{ kind: 'invalid-order', outcome: 'not-sent' }]);
        if (/^eos.usdt$/i.test(symbol)) expect(told.errors[0]?.message).toMatch(/did you mean EOS\/USDT\?/);
        await stage.run(trade.close());
      }
    },
  },
  {
    name: 'a wrong key fails for good: onError, then onInit(false)',
    run: async (stage) => {
      const { trade, told } = stage.trade({ secretKey: 'wrong-wrong-wrong-wrong' });
      expect(await stage.run(trade.ready)).toBe(false);
      expect(told.calls).toEqual(['error auth', 'init false']);
      expect(JSON.stringify(told.errors.map(({ message, code }) => [message, code]))).not.toContain('wrong-wrong');
    },
  },
];

export const refusals: Chapter = { title: 'what cannot be', cases };
