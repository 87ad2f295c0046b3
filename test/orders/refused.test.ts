// A refusal that comes twice, before its reply, or is not the last word; and client order ids that stand for more than one order.
import { describe, expect, it } from 'vitest';
import { EMPTY_REPORT, type OrderReport } from '../../src/domain/order-report.ts';
import { SYMBOL } from './support/fake-exchange.ts';
import { Stage } from './support/stage.ts';

/** As binance.md A6.5 shows it: with an exchange id of its own. */
function refusal(orderId: string, clientOrderId: string, at: number): OrderReport {
  return {
    ...EMPTY_REPORT,
    source: 'push',
    symbol: SYMBOL,
    orderId,
    clientOrderId,
    life: 'failed',
    action: 'BUY',
    reason: 'INSUFFICIENT_BALANCE',
    ctime: at,
    utime: at,
  };
}

describe('a refusal', () => {
  const push = (stage: Stage, orderId: string, clientOrderId: string): void =>
    stage.venue.handlers?.onReports([refusal(orderId, clientOrderId, stage.clock.now())], stage.clock.monotonic());
  const sentId = (stage: Stage): string => stage.venue.sentCommands.at(-1)?.clientOrderId ?? '';

  it('pushed before the reply: the caller gets the error, and FAILED is told once', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', { reject: 'insufficient-funds' });
    const pending = trade.createOrder('BUY', '2', '1');
    push(stage, '77', sentId(stage));
    const [id, error] = await stage.clock.runFor(pending);
    expect(id).toBeNull();
    expect(error).toMatchObject({ kind: 'insufficient-funds', outcome: 'rejected' });
    expect(told.orders.map(({ status, orderId }) => [status, orderId])).toEqual([['FAILED', '77']]);
    expect(trade.stats()).toMatchObject({ refused: 1, doubted: 0 });
    await trade.close();
  });

  it('pushed after the reply: FAILED is not told again', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', { reject: 'insufficient-funds' });
    await stage.clock.runFor(trade.createOrder('BUY', '2', '1'));
    push(stage, '77', sentId(stage));
    await stage.clock.advance(1_000);
    expect(told.orders.map(({ status, orderId }) => [status, orderId])).toEqual([['FAILED', '']]);
    await trade.close();
  });

  it('pushed while the reply is lost: the caller gets an error, not an id', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', 'request-lost');
    const pending = trade.createOrder('BUY', '2', '1');
    push(stage, '77', sentId(stage));
    const [id, error] = await stage.clock.runFor(pending);
    expect(id).toBeNull();
    expect(error).toMatchObject({ kind: 'rejected', outcome: 'rejected' });
    expect(error?.message).toContain('INSUFFICIENT_BALANCE');
    expect(told.orders.map(({ status }) => status)).toEqual(['FAILED']);
    await trade.close();
  });

  it("of somebody's attempt under the id of an open order says nothing of that order", async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'grid1' }));
    push(stage, '99', 'grid1');
    await stage.clock.advance(1_000);
    expect(told.orders.map(({ status, orderId }) => [status, orderId])).toEqual([['SUBMITTED', '1001']]);
    expect(await stage.clock.runFor(trade.revokeOrder('grid1'))).toEqual([['1001'], null]);
    await trade.close();
  });

  it('for coming too fast is FAILED and not asked for, but what shows the order after all is believed', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', { reject: 'rate-limited' });
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(error).toMatchObject({ kind: 'rate-limited', outcome: 'rejected' });
    await stage.clock.advance(130_000);
    expect(stage.venue.count('query')).toBe(0);
    expect(told.orders.map(({ status }) => status)).toEqual(['FAILED']);
    stage.venue.place({ clientOrderId: sentId(stage) });
    await stage.clock.advance(100);
    expect(told.orders.map(({ status }) => status)).toEqual(['FAILED', 'SUBMITTED']);
    expect([...trade.orders.keys()]).toEqual(['1001']);
    await trade.close();
  });
});

describe('a client order id used again', () => {
  const MINUTE_MS = 60_000;

  it('is refused while the order that had it is in memory, open or not', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'grid1' }));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(100);
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'grid1' }));
    expect(error).toMatchObject({ kind: 'duplicate-order', outcome: 'not-sent' });
    expect(error?.message).toContain('order 1001, now FILLED, had the clientOrderId grid1');
    await trade.close();
  });

  it('is taken when the request that had it was refused', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.fault('create', { reject: 'insufficient-funds' });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'grid1' }));
    expect(await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'grid1' }))).toEqual([
      '1001',
      null,
    ]);
    await trade.close();
  });

  it('never makes an older order of it: not its id, not its fills', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'grid1' }));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(7 * MINUTE_MS);
    expect(stage.trackedBy(trade)).toBe(0);
    told.orders.length = told.fills.length = 0;
    stage.venue.fault('create', 'request-lost');
    const [id, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'grid1' }));
    expect(id).toBeNull();
    expect(error?.kind).toBe('in-doubt');
    await stage.clock.advance(MINUTE_MS);
    // The fee of the old order's fill comes late, under the same client id.
    const old = stage.venue.orders[0]!;
    stage.venue.push({ ...stage.venue.report(old, 'push'), fill: old.fills[0]! });
    await stage.clock.advance(MINUTE_MS);
    expect(told.fills).toEqual([]);
    expect(told.orders.map(({ status, orderId }) => [status, orderId])).toEqual([['FAILED', '']]);
    expect(trade.orders.size).toBe(0);
    await trade.close();
  });
});
