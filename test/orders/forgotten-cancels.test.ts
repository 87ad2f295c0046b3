// An exchange that takes a cancel and never carries it out: what is revoked is what ended, not what was answered.
import { afterEach, describe, expect, it } from 'vitest';
import { HTX, OKX } from '../../src/domain/platform.ts';
import { Stage, value } from '../conformance/stage.ts';

/** Where the answer to a cancel states the order's end there is nothing to forget. */
const TAKING_IS_NO_END = [
  { platform: OKX, handTag: {} },
  { platform: HTX, handTag: { type: 'buy-limit' } },
] as const;

describe.each(TAKING_IS_NO_END)('on $platform a cancel that is forgotten', (subject) => {
  let stage: Stage | null = null;
  afterEach(async () => {
    await stage?.close();
    stage = null;
  });

  it.each(['named', 'of all'])('is sent again until the order has ended (%s)', async (how) => {
    stage = await Stage.open(subject);
    const { trade } = await stage.ready();
    const id = value(await stage.run(trade.createOrder('BUY', '0.6', '20')));
    stage.fault({ fault: 'cancel-forgotten', count: 3 });
    expect(value(await stage.run(how === 'named' ? trade.revokeOrder(id) : trade.revokeOrder()))).toEqual([id]);
    expect(stage.openIds).toEqual([]);
    expect(stage.idleFaults).toEqual([]);
  });

  it('for longer than the patience is no success, and the order is known to be there', async () => {
    stage = await Stage.open(subject);
    const { trade } = await stage.ready();
    const id = value(await stage.run(trade.createOrder('BUY', '0.6', '20')));
    stage.fault({ fault: 'cancel-forgotten' });
    const [, error] = await stage.run(trade.revokeOrder(id), 300_000);
    expect(error).toMatchObject({ kind: 'in-doubt', message: expect.stringContaining(id) as unknown });
    expect(stage.openIds).toEqual([id]);
    expect(trade.orders.get(id)?.status).toBe('SUBMITTED');
  });
});
