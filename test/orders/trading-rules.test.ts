// Trading rules while a Trade runs: what changes on the exchange is noticed, without an order waiting for it - but for a market that seemed closed.
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { INSTRUMENT } from './support/fake-exchange.ts';
import { Stage } from './support/stage.ts';

const CLOSED: Instrument = { ...INSTRUMENT, isTrading: false };
const COARSER: Instrument = { ...INSTRUMENT, tickSize: Decimal.from('0.1') };
const FINER: Instrument = { ...INSTRUMENT, tickSize: Decimal.from('0.0001') };
const MINUTE = 60_000;

describe('a market that was closed at the start', () => {
  it('takes orders as soon as it is open: the first one looks', async () => {
    const stage = new Stage();
    stage.venue.instrument = CLOSED;
    const { trade } = await stage.ready();
    stage.venue.instrument = INSTRUMENT;
    await stage.clock.advance(10_000);
    const [id, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect([id, error]).toEqual(['1001', null]);
    const sent = trade.createOrder('SELL', '2', '10');
    expect(stage.venue.count('create')).toBe(2);
    await stage.clock.runFor(sent);
    await trade.close();
  });

  it('still closed: refused, and what is known for certain is not asked again with every order', async () => {
    const stage = new Stage();
    stage.venue.instrument = CLOSED;
    const { trade } = await stage.ready();
    await stage.clock.advance(10_000);
    const before = stage.venue.count('instrument');
    for (let i = 0; i < 3; i++) {
      const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
      expect(error).toMatchObject({ kind: 'invalid-order', outcome: 'not-sent' });
      expect(error?.message).toContain('not open for trading');
    }
    expect(stage.venue.count('instrument')).toBe(before + 1);
    expect(stage.venue.count('create')).toBe(0);
    await trade.close();
  });

  it('is not waited for: where the exchange does not answer, the order is refused after two seconds', async () => {
    const stage = new Stage();
    stage.venue.instrument = CLOSED;
    const { trade } = await stage.ready();
    await stage.clock.advance(10_000);
    stage.venue.instrument = INSTRUMENT;
    stage.venue.delayMs = 30_000;
    const since = stage.clock.monotonic();
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(error?.message).toContain('not open for trading');
    expect(stage.clock.monotonic() - since).toBe(2_000);
    await trade.close();
  });
});

it('strategies see what orders must keep to: nothing until it is known, then what the exchange says now', async () => {
  const stage = new Stage();
  const { trade } = stage.trade();
  expect(trade.rules).toBeNull();
  await stage.clock.runFor(trade.ready);
  const { rules } = trade;
  expect(rules).toMatchObject({ symbol: INSTRUMENT.symbol, tickSize: '0.001', minPrice: null, isTrading: true });
  expect(Object.isFrozen(rules)).toBe(true);
  expect(trade.rules).toBe(rules);
  stage.venue.instrument = COARSER;
  await stage.clock.advance(7 * MINUTE);
  expect(trade.rules?.tickSize).toBe('0.1');
  await trade.close();
});

describe('a rule that changes', () => {
  it('is known after some minutes', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.instrument = COARSER;
    await stage.clock.advance(7 * MINUTE);
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2.05', '10'));
    expect(error?.message).toContain('not a multiple of the tick size 0.1');
    await trade.close();
  });

  it('is known soon after an order that it, as it was, forbade', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.instrument = FINER;
    await stage.clock.advance(MINUTE);
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2.0001', '10'));
    expect(error?.kind).toBe('invalid-order');
    await stage.clock.advance(100);
    expect(await stage.clock.runFor(trade.createOrder('SELL', '2.0001', '10'))).toEqual(['1001', null]);
    await trade.close();
  });

  it.each(['invalid-order', 'maintenance'] as const)(
    'is known soon after the exchange refused with %s',
    async (kind) => {
      const stage = new Stage();
      const { trade } = await stage.ready();
      stage.venue.instrument = COARSER;
      await stage.clock.advance(MINUTE);
      stage.venue.fault('create', { reject: kind });
      await stage.clock.runFor(trade.createOrder('SELL', '2.05', '10'));
      await stage.clock.advance(100);
      const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2.05', '10'));
      expect(error?.message).toContain('not a multiple of the tick size 0.1');
      await trade.close();
    },
  );

  it('is not looked for after every refusal, nor after one for money', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.advance(MINUTE);
    const before = stage.venue.count('instrument');
    stage.venue.fault('create', { reject: 'insufficient-funds' });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(stage.venue.count('instrument')).toBe(before);
    for (let i = 0; i < 20; i++) {
      await stage.clock.runFor(trade.createOrder('SELL', '2.00001', '10'));
      await stage.clock.advance(1_000);
    }
    expect(stage.venue.count('instrument')).toBe(before + 1);
    await trade.close();
  });

  it('where it cannot be read, the rules known serve on', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.fault('instrument', 'not-sent', { reject: 'invalid-order' });
    await stage.clock.advance(13 * MINUTE);
    expect(await stage.clock.runFor(trade.createOrder('SELL', '2', '10'))).toEqual(['1001', null]);
    expect(told.errors).toEqual([]);
    await trade.close();
  });

  it('nothing is read after close', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await trade.close();
    const before = stage.venue.requests.length;
    await stage.clock.advance(30 * MINUTE);
    expect(stage.venue.requests).toHaveLength(before);
  });
});
