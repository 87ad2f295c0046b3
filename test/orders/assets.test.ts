// Balances: read whenever the account's stream comes up and from time to time, once for all Trades of the account, and told when they changed.
import { describe, expect, it } from 'vitest';
import type { Asset, Assets } from '../../src/domain/order.ts';
import { Stage } from './support/stage.ts';

const of = (total: string): Asset => ({ free: total, locked: '0', total });

function listening(): { readonly told: Assets[]; readonly onAssetUpdate: (assets: Assets) => void } {
  const told: Assets[] = [];
  return { told, onAssetUpdate: (assets) => void told.push(assets) };
}

describe('trade.assets', () => {
  it('are read at the start, though nothing changes', async () => {
    const stage = new Stage();
    stage.venue.assets = { USDT: of('10') };
    const { told, onAssetUpdate } = listening();
    const { trade } = await stage.ready({ onAssetUpdate });
    await stage.clock.advance(1_000);
    expect(trade.assets).toEqual({ USDT: of('10') });
    expect(told).toEqual([{ USDT: of('10') }]);
    await trade.close();
  });

  it('are told to a Trade that is made later, too', async () => {
    const stage = new Stage();
    stage.venue.assets = { USDT: of('10') };
    const first = await stage.ready();
    await stage.clock.advance(1_000);
    const { told, onAssetUpdate } = listening();
    const second = await stage.ready({ strategy: 'second', onAssetUpdate });
    expect(told).toEqual([{ USDT: of('10') }]);
    await stage.clock.advance(120_000);
    expect(told).toHaveLength(1);
    await first.trade.close();
    await second.trade.close();
  });

  it('are read after a gap, and what changed is told', async () => {
    const stage = new Stage();
    stage.venue.assets = { USDT: of('10'), EOS: of('5') };
    const { told, onAssetUpdate } = listening();
    const { trade } = await stage.ready({ onAssetUpdate });
    await stage.clock.advance(1_000);
    stage.venue.breakStream();
    stage.venue.assets = { USDT: of('20'), EOS: of('5') };
    await stage.clock.advance(120_000);
    expect(trade.assets).toEqual({ USDT: of('10'), EOS: of('5') });
    stage.venue.restore();
    await stage.clock.advance(1_000);
    expect(trade.assets).toEqual({ USDT: of('20'), EOS: of('5') });
    expect(told.slice(1)).toEqual([{ USDT: of('20') }]);
    await trade.close();
  });

  it('are compared as often as orders are: what no push told is found', async () => {
    const stage = new Stage();
    const { told, onAssetUpdate } = listening();
    const { trade } = await stage.ready({ onAssetUpdate, timings: { reconcileEvery: 10_000 } });
    stage.venue.assets = { USDT: of('7') };
    await stage.clock.advance(11_000);
    expect(told).toEqual([{ USDT: of('7') }]);
    await stage.clock.advance(60_000);
    expect(told).toHaveLength(1);
    expect(stage.venue.count('assets')).toBe(8);
    await trade.close();
  });

  it('are asked for again when that failed; ready, orders and the other callbacks do not wait', async () => {
    const stage = new Stage();
    stage.venue.assets = { USDT: of('10') };
    stage.venue.fault('assets', 'not-sent', 'not-sent', 'not-sent');
    const { trade, told } = await stage.ready();
    expect(trade.assets).toEqual({});
    const [id] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(id).toBe('1001');
    await stage.clock.advance(10_000);
    expect(trade.assets).toEqual({ USDT: of('10') });
    expect(told.errors).toEqual([]);
    expect(told.inits).toEqual([true]);
    await trade.close();
  });

  it('a key that may not read them is asked again at the usual pace only, and trades all the same', async () => {
    const stage = new Stage();
    stage.venue.fault('assets', { reject: 'auth' }, { reject: 'auth' });
    stage.venue.assets = { USDT: of('10') };
    const { trade, told } = await stage.ready();
    await stage.clock.advance(59_000);
    expect(stage.venue.count('assets')).toBe(1);
    await stage.clock.advance(70_000);
    expect(trade.assets).toEqual({ USDT: of('10') });
    expect(told.errors).toEqual([]);
    await trade.close();
  });

  it('are read once for all Trades of an account, which all hear of it', async () => {
    const stage = new Stage();
    stage.venue.assets = { USDT: of('10') };
    const [first, second] = [listening(), listening()];
    const one = stage.trade({ strategy: 'one', onAssetUpdate: first.onAssetUpdate }).trade;
    const two = stage.trade({ strategy: 'two', onAssetUpdate: second.onAssetUpdate }).trade;
    await stage.clock.runFor(Promise.all([one.ready, two.ready]));
    await stage.clock.advance(1_000);
    expect(stage.venue.count('assets')).toBe(1);
    expect(first.told).toEqual([{ USDT: of('10') }]);
    expect(second.told).toEqual([{ USDT: of('10') }]);
    await one.close();
    await two.close();
  });

  it('a push that says what is known already is not told', async () => {
    const stage = new Stage();
    const { told, onAssetUpdate } = listening();
    const { trade } = await stage.ready({ onAssetUpdate });
    stage.venue.handlers?.onAssets({ USDT: of('10'), EOS: of('1') });
    stage.venue.handlers?.onAssets({ USDT: of('10') });
    stage.venue.handlers?.onAssets({ USDT: of('10'), EOS: of('2') });
    expect(told).toEqual([{ USDT: of('10'), EOS: of('1') }, { EOS: of('2') }]);
    await trade.close();
  });

  it('nothing is asked while the stream is broken, nor after close', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.breakStream();
    const before = stage.venue.count('assets');
    await stage.clock.advance(200_000);
    expect(stage.venue.count('assets')).toBe(before);
    stage.venue.restore();
    await stage.clock.advance(1_000);
    await trade.close();
    await stage.clock.advance(200_000);
    expect(stage.venue.count('assets')).toBe(before + 1);
  });
});
