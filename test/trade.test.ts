// The public face: options, callbacks in order, and the first walk from createOrder to a fill and a revoke.
import { describe, expect, it } from 'vitest';
import { Stage } from './orders/support/stage.ts';

describe('Trade', () => {
  it('places an order, hears of its fill and revokes the rest', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    expect(told.inits).toEqual([true]);
    const [id, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(error).toBeNull();
    expect(id).toBe('1001');
    stage.venue.fill(stage.venue.orders[0]!, '4');
    await stage.clock.advance(100);
    expect(told.fills.map(({ tradeId, quantity, fee, feeAsset }) => [tradeId, quantity, fee, feeAsset])).toEqual([
      ['1', '4', '0.008', 'USDT'],
    ]);
    expect(trade.orders.get('1001')).toMatchObject({ status: 'PARTIAL-FILLED', filled: '4', remain: '6', avgPrice: '2' });
    const revoked = await stage.clock.runFor(trade.revokeOrder());
    expect(revoked).toEqual([['1001'], null]);
    expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED', 'PARTIAL-FILLED', 'CANCELED']);
    expect(trade.orders.size).toBe(0);
    await trade.close();
  });
});
