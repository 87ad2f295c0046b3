// Ordinary life: every type of order and time in force, what they cost, and what the strategy is told.
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { loggerTo } from '../../src/runtime/logger.ts';
import type { Chapter } from './case.ts';
import { last, statusesOf, value } from './stage.ts';

const SETTLE = 5_000;

export const life: Chapter = {
  title: 'ordinary life',
  cases: [
    {
      name: 'nobody who prints a Trade or its REST client sees a key',
      run: async (stage) => {
        const { trade } = await stage.ready();
        const { accessKey, secretKey, passphrase } = stage.simulation.accounts[0]!;
        const shown = inspect([trade, trade.restApi], { depth: 10, showHidden: true });
        const lines: string[] = [];
        loggerTo({ write: (line) => void lines.push(line) }).info('made', trade, { rest: trade.restApi });
        for (const text of [shown, ...lines])
          for (const hidden of [accessKey, secretKey, passphrase]) expect(text).not.toContain(hidden);
        expect(lines).toHaveLength(1);
      },
    },
    {
      name: 'a limit order rests, is filled in part, and the rest is revoked',
      run: async (stage) => {
        const { trade, told } = await stage.ready();
        const id = value(await stage.run(trade.createOrder('BUY', '0.8', '30')));
        await stage.clock.advance(SETTLE);
        expect(trade.orders.get(id)).toMatchObject({ status: 'SUBMITTED', filled: '0', remain: '30', avgPrice: '0' });
        stage.other('SELL', '0.8', '10');
        await stage.clock.advance(SETTLE);
        expect(trade.orders.get(id)).toMatchObject({
          status: 'PARTIAL-FILLED',
          filled: '10',
          remain: '20',
          avgPrice: '0.8',
        });
        expect(value(await stage.run(trade.revokeOrder(id)))).toEqual([id]);
        await stage.clock.advance(SETTLE);
        const ended = last(told, id);
        expect(ended).toMatchObject({
          status: 'CANCELED',
          filled: '10',
          remain: '20',
          price: '0.8',
          quantity: '30',
          orderType: 'LIMIT',
        });
        expect(ended.reason).not.toBeNull();
        expect(trade.orders.size).toBe(0);
      },
    },
    {
      name: 'every fill comes once, with its fee; the order has their sum and their exact average price',
      run: async (stage, { feeWithFill }) => {
        const { trade, told } = await stage.ready();
        stage.other('SELL', '0.8', '10');
        stage.other('SELL', '0.8003', '7.5');
        const id = value(await stage.run(trade.createOrder('BUY', '0.9', '30')));
        stage.other('SELL', '0.9', '12.5');
        await stage.clock.advance(SETTLE);
        const truth = stage.truth(id);
        const fills = stage.venue.fills(stage.uid, { orderId: truth.orderId });
        // Fees that travel apart may overtake each other.
        const heard = feeWithFill ? told.fills : told.fills.toSorted((a, b) => Number(a.tradeId) - Number(b.tradeId));
        expect(
          heard.map(({ tradeId, price, quantity, fee, feeAsset, liquidity }) => [
            tradeId,
            price,
            quantity,
            fee,
            feeAsset,
            liquidity,
          ]),
        ).toEqual(
          fills.map(({ tradeId, price, quantity, fee, feeAsset, maker }) => [
            String(tradeId),
            price.toString(),
            quantity.toString(),
            fee.toString(),
            feeAsset,
            maker ? 'maker' : 'taker',
          ]),
        );
        const ended = last(told, id);
        expect(ended).toMatchObject({
          status: 'FILLED',
          filled: '30',
          remain: '0',
          fee: truth.fee.toString(),
          feeAsset: truth.feeAsset,
        });
        const exact = truth.filledQuote.div(truth.filled, 18);
        expect(Decimal.from(ended.avgPrice).sub(exact).abs().lt(Decimal.from('0.0000000001'))).toBe(true);
        expect(statusesOf(told, id).filter((status) => status === 'FILLED').length).toBeGreaterThan(0);
      },
    },
    {
      name: 'IOC: what is there is taken, the rest is CANCELED',
      run: async (stage) => {
        const { trade, told } = await stage.ready();
        stage.other('SELL', '0.8', '10');
        const id = value(await stage.run(trade.createOrder('BUY', '0.8', '30', { timeInForce: 'IOC' })));
        await stage.clock.advance(SETTLE);
        expect(last(told, id)).toMatchObject({ status: 'CANCELED', filled: '10', remain: '20', timeInForce: 'IOC' });
        expect(last(told, id).reason).not.toBeNull();
      },
    },
    {
      name: 'FOK: all or nothing',
      run: async (stage) => {
        const { trade, told } = await stage.ready();
        stage.other('SELL', '0.8', '20');
        const [none] = await stage.run(trade.createOrder('BUY', '0.8', '30', { timeInForce: 'FOK' }));
        const all = value(await stage.run(trade.createOrder('BUY', '0.8', '20', { timeInForce: 'FOK' })));
        await stage.clock.advance(SETTLE);
        expect(last(told, none ?? '')).toMatchObject({ status: 'CANCELED', filled: '0' });
        expect(last(told, all)).toMatchObject({ status: 'FILLED', filled: '20' });
      },
    },
    {
      name: 'a post-only order rests as a maker',
      run: async (stage) => {
        const { trade, told } = await stage.ready();
        const id = value(await stage.run(trade.createOrder('SELL', '0.8', '20', { timeInForce: 'POST_ONLY' })));
        stage.other('BUY', '0.8', '20');
        await stage.clock.advance(SETTLE);
        expect(last(told, id)).toMatchObject({ status: 'FILLED', timeInForce: 'POST_ONLY' });
        expect(told.fills.map(({ liquidity }) => liquidity)).toEqual(['maker']);
      },
    },
    {
      name: 'a post-only order that would take ends FAILED with its reason',
      run: async (stage, { postOnlyCrossing }) => {
        const { trade, told } = await stage.ready();
        stage.other('SELL', '0.8', '20');
        const [id, error] = await stage.run(trade.createOrder('BUY', '0.81', '20', { timeInForce: 'POST_ONLY' }));
        await stage.clock.advance(SETTLE);
        const ended = told.orders.at(-1);
        expect(ended).toMatchObject({ status: 'FAILED', filled: '0' });
        expect(ended?.reason).toEqual(expect.stringMatching(/\S/));
        if (postOnlyCrossing === 'refused') expect(error).toMatchObject({ kind: 'rejected', outcome: 'rejected' });
        else expect(id).toBe(ended?.orderId);
        expect(trade.orders.size).toBe(0);
      },
    },
    {
      name: 'a market sell of a base quantity',
      run: async (stage) => {
        const { trade, told } = await stage.ready();
        stage.other('BUY', '0.79', '50');
        const id = value(await stage.run(trade.createOrder('SELL', null, '20', { orderType: 'MARKET' })));
        await stage.clock.advance(SETTLE);
        expect(last(told, id)).toMatchObject({
          status: 'FILLED',
          orderType: 'MARKET',
          price: null,
          filled: '20',
          avgPrice: '0.79',
          feeAsset: 'USDT',
        });
      },
    },
    {
      name: 'a market buy of a base quantity buys no more than asked',
      run: async (stage, { marketBuyByBase }) => {
        const { trade, told } = await stage.ready();
        stage.other('SELL', '0.8', '500');
        const id = value(await stage.run(trade.createOrder('BUY', null, '20.3', { orderType: 'MARKET' })));
        await stage.clock.advance(SETTLE);
        const ended = last(told, id);
        expect(ended).toMatchObject({ status: 'FILLED', orderType: 'MARKET', avgPrice: '0.8' });
        const { filled } = stage.truth(id);
        expect(ended.filled).toBe(filled.toString());
        if (marketBuyByBase) expect(ended.filled).toBe('20.3');
        // Converted to a quote amount at the best price, rounded down (docs/exchanges.md).
        else expect(filled.lte(Decimal.from('20.3')) && filled.gt(Decimal.from('20'))).toBe(true);
      },
    },
    {
      name: 'a market buy for a quote amount',
      run: async (stage) => {
        const { trade, told } = await stage.ready();
        stage.other('SELL', '0.8', '500');
        const id = value(
          await stage.run(trade.createOrder('BUY', null, null, { orderType: 'MARKET', quoteQuantity: '40' })),
        );
        await stage.clock.advance(SETTLE);
        const truth = stage.truth(id);
        expect(last(told, id)).toMatchObject({
          status: 'FILLED',
          filled: '50',
          quantity: '50',
          remain: '0',
          avgPrice: '0.8',
          fee: truth.fee.toString(),
        });
      },
    },
    {
      name: 'what is unfinished at the start is told before onInit, which comes once',
      run: async (stage) => {
        const ids = [stage.byHand('0.5'), stage.byHand('0.6')];
        const { trade, told } = await stage.ready();
        await stage.clock.advance(90_000);
        const init = told.calls.indexOf('init true');
        expect(told.calls.slice(0, init).sort()).toEqual(ids.map((id) => `order ${id} SUBMITTED`).sort());
        expect(told.calls.filter((call) => call.startsWith('init'))).toEqual(['init true']);
        expect([...trade.orders.keys()].sort()).toEqual(ids.sort());
      },
    },
    {
      name: 'order book, balances and open order ids are those of the exchange',
      run: async (stage) => {
        const { trade } = await stage.ready();
        stage.other('SELL', '0.81', '10');
        stage.other('SELL', '0.82', '11');
        stage.other('BUY', '0.79', '12');
        await stage.clock.advance(2_000);
        const id = value(await stage.run(trade.createOrder('BUY', '0.7', '100')));
        await stage.clock.advance(SETTLE);
        const book = value(await stage.run(trade.getOrderbook(20)));
        expect(book).toMatchObject({
          symbol: 'EOS/USDT',
          asks: [
            ['0.81', '10'],
            ['0.82', '11'],
          ],
          bids: [
            ['0.79', '12'],
            ['0.7', '100'],
          ],
        });
        expect(value(await stage.run(trade.getOrderbook(1))).asks).toEqual([['0.81', '10']]);
        expect(value(await stage.run(trade.getOpenOrderIds()))).toEqual([id]);
        expect(trade.assets['USDT']).toEqual({ free: '999930', locked: '70', total: '1000000' });
      },
    },
    {
      name: 'ids beyond 2^53 are exact everywhere',
      simulation: { firstOrderId: 9_123_372_036_854_775_101n },
      run: async (stage) => {
        const { trade, told } = await stage.ready();
        const ids: string[] = [];
        for (const price of ['0.7', '0.71', '0.72'])
          ids.push(value(await stage.run(trade.createOrder('BUY', price, '20'))));
        expect(ids[0]).toMatch(/^91233720368547751\d\d$/);
        expect(value(await stage.run(trade.getOpenOrderIds())).sort()).toEqual(ids);
        expect(value(await stage.run(trade.revokeOrder(ids[1] ?? '')))).toEqual([ids[1]]);
        expect(value(await stage.run(trade.revokeOrder())).sort()).toEqual([ids[0], ids[2]]);
        await stage.clock.advance(SETTLE);
        expect(ids.map((id) => last(told, id).status)).toEqual(['CANCELED', 'CANCELED', 'CANCELED']);
      },
    },
    {
      name: 'what the key may do can be asked',
      run: async (stage) => {
        const connector = await stage.connector();
        const { trade } = value(await stage.run(connector.permissions()));
        expect([true, null]).toContain(trade);
        await stage.run(connector.close());
      },
    },
    {
      name: 'orders go over a socket, so that a failing REST interface does not touch them',
      needs: ({ socketOrderEntry }) => socketOrderEntry,
      run: async (stage) => {
        const { trade } = await stage.ready();
        stage.fault({ fault: 'server-error-not-executed', operation: 'create', channel: 'rest' }, false);
        const id = value(await stage.run(trade.createOrder('BUY', '0.7', '20')));
        expect(stage.openIds).toEqual([id]);
      },
    },
    {
      name: 'the switch that cancels unless it is renewed, and can be taken off',
      needs: ({ deadMansSwitch }) => deadMansSwitch !== null,
      run: async (stage, { deadMansSwitch }) => {
        const connector = await stage.connector();
        const seconds = deadMansSwitch?.minSeconds ?? 0;
        stage.byHand();
        value(await stage.run(connector.trading.armDeadMansSwitch(seconds)));
        value(await stage.run(connector.trading.armDeadMansSwitch(0)));
        await stage.clock.advance(seconds * 2_000);
        expect(stage.openIds).toHaveLength(1);
        value(await stage.run(connector.trading.armDeadMansSwitch(seconds)));
        await stage.clock.advance(seconds * 1_000 + 1_500);
        expect(stage.openIds).toEqual([]);
        await stage.run(connector.close());
      },
    },
    {
      name: 'one request cancels everything of a symbol',
      needs: ({ cancelAll }) => cancelAll,
      run: async (stage) => {
        const connector = await stage.connector();
        const instrument = value(await stage.run(connector.instrument('EOS/USDT')));
        for (let index = 0; index < 5; index++) stage.byHand();
        expect((await stage.run(connector.trading.cancelAll(instrument))).outcome).toBe('accepted');
        await stage.clock.advance(SETTLE);
        expect(stage.openIds).toEqual([]);
        expect((await stage.run(connector.trading.cancelAll(instrument))).outcome).toBe('accepted');
        await stage.run(connector.close());
      },
    },
  ],
};
