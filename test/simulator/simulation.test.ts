// Whole simulations: the same seed tells the same story to the last event, with every ready-made fault plan at work.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/runtime/random.ts';
import { DEFAULT_LISTINGS, FAULT_PLANS, type FaultPlan } from '../../src/simulator/index.ts';
import { fake } from './fake-client.ts';

const recording = new URL('../../../shared/data/binance-spot-btcusdt-20240809.ws.gz', import.meta.url);

/** Half a minute of a restless client under a plan; the hash of all that happened on either side. */
async function story(seed: number, plan: FaultPlan): Promise<string> {
  const sim = await fake({
    seed,
    market: 'model',
    activity: 0.3,
    listings: DEFAULT_LISTINGS.filter((each) => each.instrument.symbol === 'EOS/USDT'),
    latency: { wayIn: { fixedMs: 1, jitterMs: 4 }, wayOut: { fixedMs: 1, jitterMs: 4 } },
    faults: plan,
  });
  const random = seededRandom(`client/${seed}`);
  const hash = createHash('sha256');
  sim.venue('fake').listen((event) => {
    hash.update(JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
  });
  let line = await sim.client.listen();
  for (let round = 0; round < 12; round++) {
    const id = random.id(8);
    const price = (0.79 + random.int(200) / 10_000).toFixed(4);
    hash.update(
      await sim.client.ask(
        'POST',
        '/order',
        `id=${id}&side=${random.int(2) === 0 ? 'BUY' : 'SELL'}&price=${price}&quantity=20`,
        2000,
      ),
    );
    await sim.clock.advance(random.int(2000));
    if (random.int(2) === 0) hash.update(await sim.client.ask('DELETE', '/order', `id=${id}`, 2000));
    hash.update(await sim.client.ask('GET', '/open', '', 2000));
    if (!line.socket.isOpen) {
      hash.update(line.heard.join());
      line = await sim.client.listen();
    }
  }
  hash.update(line.heard.join());
  sim.close();
  return hash.digest('hex');
}

describe('a simulation', () => {
  it.each(FAULT_PLANS)('repeats itself exactly under $name', async (plan) => {
    const first = await story(3, plan);
    expect(await story(3, plan)).toBe(first);
    expect(await story(4, plan)).not.toBe(first);
  });

  it('is over when it is closed: what was under way never happens, and no timer is left', async () => {
    const sim = await fake({ market: 'model' });
    sim.faults.inject([
      { fault: 'request-late', operation: 'create', delayMs: 30_000 },
      { fault: 'reply-late', operation: 'cancel', delayMs: 90_000 },
    ]);
    await sim.client.ask('POST', '/order', 'id=a&side=BUY&price=0.5&quantity=10', 5);
    await sim.client.ask('DELETE', '/order', 'id=a', 5);
    sim.faults.inject({ fault: 'connection-refused', durationMs: 600_000 });
    await sim.clock.advance(100);
    sim.close();
    expect(await sim.clock.runAll(0)).toBe(true);
    await sim.clock.advance(1_000_000);
    expect(sim.venue('fake').orders(1, null)).toEqual([]);
  });

  it.runIf(existsSync(recording))('replays a recording on a virtual clock, the same every time', async () => {
    const run = async (): Promise<string> => {
      const sim = await fake({ replay: recording.pathname, listings: DEFAULT_LISTINGS });
      const hash = createHash('sha256');
      let trades = 0;
      sim.venue('fake').listen((event) => {
        if (event.type !== 'trade') return;
        trades++;
        hash.update(`${event.time} ${event.trade.price.toString()} ${event.trade.quantity.toString()}`);
      });
      await sim.clock.advance(10_000);
      sim.close();
      expect(trades).toBeGreaterThan(50);
      return hash.digest('hex');
    };
    expect(await run()).toBe(await run());
  });
});
