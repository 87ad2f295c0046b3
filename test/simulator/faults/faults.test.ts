// Every fault of the vocabulary, seen from a client's side through a made-up exchange on a virtual clock.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/runtime/random.ts';
import { FAULT_NAMES, type FaultRule } from '../../../src/simulator/index.ts';
import { fake, type Fake } from '../fake-client.ts';
import { BNB, d, EOS, order, RULES } from '../support.ts';

const ORDER = 'side=BUY&price=0.5&quantity=10';
const OPEN = '{"id":"a","status":"open","filled":"0"}';
const create = (sim: Fake, id = 'a', timeoutMs = 3000): Promise<string> =>
  sim.client.ask('POST', '/order', `id=${id}&${ORDER}`, timeoutMs);
const openIds = (sim: Fake): string[] =>
  sim
    .venue('fake')
    .openOrders(1, null)
    .map((made) => made.clientOrderId);
const pushes = (heard: readonly string[]): string[] =>
  heard.flatMap((each) => /"push":"([a-z-]+)","id":"(\w+)"/.exec(each)?.slice(1, 3).join(' ') ?? []);

type Scene = (sim: Fake) => Promise<void>;

async function withRules(sim: Fake, ...rules: FaultRule[]): Promise<void> {
  sim.faults.inject(rules);
  await sim.clock.advance(0);
}

const SCENES: Record<(typeof FAULT_NAMES)[number], Scene> = {
  'request-lost': async (sim) => {
    await withRules(
      sim,
      { fault: 'request-lost', operation: 'create', nth: 1 },
      { fault: 'request-lost', operation: 'create', nth: 2, how: 'reset' },
    );
    expect(await create(sim)).toBe('error maybe timeout');
    expect(await create(sim)).toBe('error maybe network');
    expect(openIds(sim)).toEqual([]);
    expect(await create(sim)).toBe(`200 ${OPEN}`);
  },
  'reply-lost': async (sim) => {
    await withRules(
      sim,
      { fault: 'reply-lost', operation: 'create', nth: 1 },
      { fault: 'reply-lost', operation: 'create', nth: 2, how: 'reset' },
    );
    expect(await create(sim, 'a')).toBe('error maybe timeout');
    expect(await create(sim, 'b')).toBe('error maybe network');
    expect(openIds(sim)).toEqual(['a', 'b']);
  },
  'reply-late': async (sim) => {
    await withRules(sim, { fault: 'reply-late', operation: 'create', delayMs: 700, count: 1 });
    const before = sim.clock.monotonic();
    expect(await create(sim)).toBe(`200 ${OPEN}`);
    expect(sim.clock.monotonic() - before).toBe(702);
  },
  'request-late': async (sim) => {
    await withRules(sim, { fault: 'request-late', operation: 'create', delayMs: 5000 });
    expect(await create(sim)).toBe('error maybe timeout');
    expect(openIds(sim)).toEqual([]);
    await sim.clock.advance(3000);
    expect(openIds(sim)).toEqual(['a']);
  },
  'push-before-reply': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'push-before-reply', operation: 'create', delayMs: 50 });
    const before = sim.clock.monotonic();
    await create(sim);
    expect(pushes(line.heard)).toEqual(['order-accepted a']);
    expect(sim.clock.monotonic() - before).toBe(52);
  },
  'server-error-executed': async (sim) => {
    await withRules(sim, { fault: 'server-error-executed', operation: 'create' });
    expect(await create(sim)).toMatch(/^502 .*server-error/);
    expect(openIds(sim)).toEqual(['a']);
  },
  'server-error-not-executed': async (sim) => {
    await withRules(sim, { fault: 'server-error-not-executed', operation: 'create' });
    expect(await create(sim)).toMatch(/^502 .*server-error/);
    expect(openIds(sim)).toEqual([]);
  },
  'unknown-outcome': async (sim) => {
    await withRules(
      sim,
      { fault: 'unknown-outcome', operation: 'create', executed: true, nth: 1 },
      { fault: 'unknown-outcome', operation: 'create', executed: false, nth: 2 },
    );
    expect(await create(sim, 'a')).toContain('unknown-outcome');
    expect(await create(sim, 'b')).toContain('unknown-outcome');
    expect(openIds(sim)).toEqual(['a']);
  },
  'rate-limit': async (sim) => {
    await withRules(sim, { fault: 'rate-limit', nth: 2, retryAfterMs: 1000 });
    expect(await sim.client.ask('GET', '/open')).toBe('200 []');
    expect(await sim.client.ask('GET', '/open')).toBe('400 {"failure":"rate-limit","retryAfterMs":1000}');
    await sim.clock.advance(500);
    expect(await sim.client.ask('GET', '/open')).toMatch(/rate-limit","retryAfterMs":49\d/);
    await sim.clock.advance(500);
    expect(await sim.client.ask('GET', '/open')).toBe('200 []');
    await withRules(
      sim,
      { fault: 'rate-limit', operation: 'create', nth: 1, retryAfterMs: 0, executed: true },
      { fault: 'rate-limit', operation: 'create', nth: 2, retryAfterMs: 0 },
    );
    expect(await create(sim, 'a')).toContain('rate-limit');
    expect(await create(sim, 'b')).toContain('rate-limit');
    expect(openIds(sim)).toEqual(['a']);
  },
  ban: async (sim) => {
    await withRules(sim, { fault: 'ban', at: 100, retryAfterMs: 60_000 });
    expect(await create(sim)).toBe(`200 ${OPEN}`);
    await sim.clock.advance(100);
    expect(await create(sim, 'b')).toContain('"ban"');
    await sim.clock.advance(61_000);
    expect(await create(sim, 'c')).toContain('200');
  },
  maintenance: async (sim) => {
    await withRules(sim, { fault: 'maintenance', at: 0, durationMs: 1000 });
    expect(await create(sim)).toContain('maintenance');
    await sim.clock.advance(1000);
    expect(await create(sim)).toContain('200');
  },
  'timestamp-refused': async (sim) => {
    await withRules(sim, { fault: 'timestamp-refused', operation: 'create', nth: 1 });
    expect(await create(sim)).toContain('clock-skew');
    expect(openIds(sim)).toEqual([]);
    expect(await create(sim)).toContain('200');
  },
  'key-revoked': async (sim) => {
    await withRules(sim, { fault: 'key-revoked', account: 'account-1', nth: 2, durationMs: 5000 });
    expect(await create(sim)).toContain('200');
    expect(await create(sim, 'b')).toContain('key-revoked');
    expect(sim.venue('fake').accountByUid(1)?.permissions.valid).toBe(false);
    expect(sim.venue('fake').accountByUid(2)?.permissions.valid).toBe(true);
    await sim.clock.advance(5000);
    expect(await create(sim, 'c')).toContain('200');
  },
  'order-not-found': async (sim) => {
    await create(sim);
    await withRules(sim, { fault: 'order-not-found', operation: 'query-order', count: 1 });
    expect(await sim.client.ask('GET', '/order', 'id=a')).toContain('order-not-found');
    expect(await sim.client.ask('GET', '/order', 'id=a')).toBe(`200 ${OPEN}`);
  },
  'push-dropped': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'push-dropped', stream: 'private', nth: 1 });
    await create(sim, 'a');
    await create(sim, 'b');
    expect(pushes(line.heard)).toEqual(['order-accepted b']);
  },
  'push-duplicated': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'push-duplicated' });
    await create(sim);
    await sim.clock.advance(10);
    expect(pushes(line.heard)).toEqual(['order-accepted a', 'order-accepted a']);
  },
  'push-repeated': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'push-repeated', nth: 1, delayMs: 700 });
    await create(sim, 'a');
    expect(await sim.client.ask('DELETE', '/order', 'id=a')).toContain('canceled');
    await sim.clock.advance(690);
    expect(pushes(line.heard)).toEqual(['order-accepted a', 'order-ended a']);
    await sim.clock.advance(10);
    expect(pushes(line.heard)).toEqual(['order-accepted a', 'order-ended a', 'order-accepted a']);

    // Whoever has come back meanwhile hears it where they are now.
    await withRules(sim, { fault: 'push-repeated', nth: 1, delayMs: 700 });
    await create(sim, 'b');
    line.socket.close();
    const next = await sim.client.listen();
    await create(sim, 'c');
    await sim.clock.advance(700);
    expect(pushes(next.heard)).toEqual(['order-accepted c', 'order-accepted b']);
  },
  'push-reordered': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'push-reordered', nth: [1, 3] });
    await create(sim, 'a');
    await create(sim, 'b');
    expect(pushes(line.heard)).toEqual(['order-accepted b', 'order-accepted a']);
    // With nothing to be swapped with it comes by itself.
    await create(sim, 'c');
    await sim.clock.advance(600);
    expect(pushes(line.heard).at(-1)).toBe('order-accepted c');
  },
  'push-late': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'push-late', delayMs: 1000, nth: 1 });
    await create(sim, 'a');
    await create(sim, 'b');
    expect(pushes(line.heard)).toEqual([]);
    await sim.clock.advance(1000);
    expect(pushes(line.heard)).toEqual(['order-accepted a', 'order-accepted b']);
  },
  'half-open': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'half-open', stream: 'private', account: 'account-1' });
    const before = line.heard.length;
    await create(sim);
    line.socket.ping();
    line.socket.send('op=ping-me');
    await sim.clock.advance(20_000);
    expect(line.heard).toHaveLength(before);
    expect(line.socket.isOpen).toBe(true);
    line.socket.close();
    await sim.clock.advance(31_000);
    expect(line.heard.at(-1)).toBe('close 1006');
  },
  'connection-cut': async (sim) => {
    const line = await sim.client.listen();
    await withRules(
      sim,
      { fault: 'connection-cut', at: 500 },
      { fault: 'connection-cut', operation: 'create', nth: 1 },
    );
    await sim.clock.advance(502);
    expect(line.heard.at(-1)).toBe('close 1006');
    const next = await sim.client.listen();
    await create(sim);
    await sim.clock.advance(10);
    expect(next.heard.at(-1)).toBe('close 1006');
    expect(openIds(sim)).toEqual(['a']);
  },
  'cut-mid-frame': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'cut-mid-frame' });
    await create(sim);
    await sim.clock.advance(10);
    expect(pushes(line.heard)).toEqual([]);
    expect(line.heard.at(-1)).toBe('close 1006');
  },
  'session-expired': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'session-expired', stream: 'private', at: 100 });
    await sim.clock.advance(110);
    expect(line.heard.slice(-2)).toEqual(['frame {"goodbye":true}', 'close 1001']);
  },
  'connection-refused': async (sim) => {
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'connection-refused', durationMs: 2000 });
    expect(await create(sim)).toBe('error no network');
    expect((await sim.client.listen()).heard).toEqual(['close 1006']);
    expect(line.socket.isOpen).toBe(true);
    await sim.clock.advance(2000);
    expect(await create(sim)).toBe(`200 ${OPEN}`);
  },
  'exchange-restart': async (sim) => {
    await create(sim);
    const line = await sim.client.listen();
    await withRules(sim, { fault: 'reply-lost', operation: 'create' });
    const pending = create(sim, 'b');
    sim.faults.inject({ fault: 'exchange-restart', at: 5, durationMs: 1000 });
    expect(await pending).toBe('error maybe network');
    expect(line.heard.at(-1)).toBe('close 1006');
    expect(await sim.client.ask('GET', '/open')).toBe('error no network');
    await sim.clock.advance(1000);
    expect(await sim.client.ask('GET', '/open')).toBe(`200 [${OPEN},{"id":"b","status":"open","filled":"0"}]`);
    const again = await sim.client.listen();
    await sim.client.ask('DELETE', '/order', 'id=a');
    expect(pushes(again.heard)).toEqual(['order-ended a']);
  },
  'open-orders-stale': async (sim) => {
    await create(sim, 'a');
    await sim.clock.advance(5000);
    await create(sim, 'b');
    await withRules(sim, { fault: 'open-orders-stale', lagMs: 3000 });
    expect(await sim.client.ask('GET', '/open')).toBe(`200 [${OPEN}]`);
    await sim.clock.advance(3000);
    expect(await sim.client.ask('GET', '/open')).toContain('"b"');
  },
  'open-orders-lag': async (sim) => {
    for (const id of ['a', 'b', 'c']) await create(sim, id);
    const venue = sim.venue('fake');
    venue.house.fillOrder(venue.order(1, EOS, { clientOrderId: 'b' })?.orderId ?? 0n, d(4));
    for (const id of ['a', 'b']) await sim.client.ask('DELETE', '/order', `id=${id}`);
    await withRules(sim, { fault: 'open-orders-lag', lagMs: 1000 });
    const asBefore = `200 [${OPEN},{"id":"b","status":"open","filled":"4"},{"id":"c","status":"open","filled":"0"}]`;
    expect(await sim.client.ask('GET', '/open')).toBe(asBefore);
    expect(await sim.client.ask('GET', '/order', 'id=a')).toContain('canceled');
    await sim.clock.advance(1000);
    expect(await sim.client.ask('GET', '/open')).toBe('200 [{"id":"c","status":"open","filled":"0"}]');
    await sim.client.ask('DELETE', '/order', 'id=c');
    // What never stood in the book is in no list of it.
    venue.place(2, order('SELL', '0.9', '1'), RULES);
    expect(await sim.client.ask('POST', '/order', 'id=d&side=BUY&price=0.9&quantity=1')).toContain('"status":"filled"');
    expect(await sim.client.ask('GET', '/open')).toBe('200 [{"id":"c","status":"open","filled":"0"}]');
  },
  'open-orders-partial': async (sim) => {
    for (const id of ['a', 'b', 'c', 'e']) await create(sim, id);
    await withRules(sim, { fault: 'open-orders-partial', fraction: 0.25, count: 1 });
    expect((await sim.client.ask('GET', '/open')).match(/"id"/g)).toHaveLength(3);
    expect((await sim.client.ask('GET', '/open')).match(/"id"/g)).toHaveLength(4);
  },
  'order-state-lag': async (sim) => {
    await create(sim);
    await sim.client.ask('DELETE', '/order', 'id=a');
    await withRules(sim, { fault: 'order-state-lag', lagMs: 1000 });
    expect(await sim.client.ask('GET', '/order', 'id=a')).toBe(`200 ${OPEN}`);
    expect(await sim.client.ask('GET', '/open')).toBe('200 []');
    await sim.clock.advance(1000);
    expect(await sim.client.ask('GET', '/order', 'id=a')).toContain('canceled');
  },
  'query-lag': async (sim) => {
    await withRules(sim, { fault: 'query-lag', lagMs: 1000 });
    await create(sim);
    expect(await sim.client.ask('GET', '/order', 'id=a')).toBe('404 {}');
    expect(await sim.client.ask('GET', '/open')).toBe('200 []');
    await sim.clock.advance(1000);
    expect(await sim.client.ask('GET', '/order', 'id=a')).toBe(`200 ${OPEN}`);
  },
  'cancel-fill-race': async (sim) => {
    const line = await sim.client.listen();
    await create(sim, 'a');
    await create(sim, 'b');
    await withRules(
      sim,
      { fault: 'cancel-fill-race', nth: 1, symbol: EOS },
      { fault: 'cancel-fill-race', nth: 1, fraction: 0.5 },
    );
    expect(await sim.client.ask('DELETE', '/order', 'id=a')).toBe('400 {"id":"a","status":"filled","filled":"10"}');
    expect(await sim.client.ask('DELETE', '/order', 'id=b')).toBe('200 {"id":"b","status":"canceled","filled":"5"}');
    expect(pushes(line.heard).slice(2)).toEqual(['order-filled a', 'order-filled b', 'order-ended b']);
  },
  'cancel-forgotten': async (sim) => {
    const line = await sim.client.listen();
    await create(sim);
    await withRules(sim, { fault: 'cancel-forgotten', nth: 1 });
    expect(await sim.client.ask('DELETE', '/order', 'id=a')).toBe(`200 ${OPEN}`);
    expect([openIds(sim), pushes(line.heard)]).toEqual([['a'], ['order-accepted a']]);
    expect(await sim.client.ask('DELETE', '/order', 'id=a')).toContain('canceled');
    // One that is over cannot be forgotten.
    await withRules(sim, { fault: 'cancel-forgotten' });
    expect(await sim.client.ask('DELETE', '/order', 'id=a')).toContain('400');
  },
  'clock-skew': async (sim) => {
    await withRules(sim, { fault: 'clock-skew', skewMs: 7000, to: 1000 }, { fault: 'clock-skew', skewMs: -500 });
    expect(await sim.client.ask('GET', '/time')).toBe(`200 {"time":${sim.clock.now() - 1 + 6500}}`);
    await sim.clock.advance(1000);
    expect(await sim.client.ask('GET', '/time')).toBe(`200 {"time":${sim.clock.now() - 1 - 500}}`);
  },
};

describe('each fault', () => {
  it.each(FAULT_NAMES)('%s does what its name says, and is counted', async (name) => {
    const sim = await fake();
    await SCENES[name](sim);
    // The clock is skewed all the time, not in strikes.
    expect((sim.faults.struck.get(name) ?? 0) > 0).toBe(name !== 'clock-skew');
    sim.close();
  });
});

describe('rules', () => {
  it('compose, are taken back one by one and all at once', async () => {
    const sim = await fake();
    const lost = sim.faults.inject({ fault: 'reply-lost', operation: 'create' });
    sim.faults.inject({ fault: 'cancel-fill-race' });
    expect(await create(sim)).toBe('error maybe timeout');
    lost.remove();
    expect(lost.strikes).toBe(1);
    expect(await create(sim, 'b')).toContain('200');
    expect(await sim.client.ask('DELETE', '/order', 'id=b')).toContain('filled');
    sim.faults.clear();
    expect(await create(sim, 'c')).toContain('200');
    expect(await sim.client.ask('DELETE', '/order', 'id=c')).toContain('canceled');
  });

  it('strike by counting, in windows of time and at most so often', async () => {
    const sim = await fake();
    sim.faults.inject({
      fault: 'order-not-found',
      operation: 'query-order',
      everyNth: 2,
      from: 100,
      to: 10_000,
      count: 2,
    });
    await create(sim);
    const ask = async (): Promise<boolean> => (await sim.client.ask('GET', '/order', 'id=a')).includes('not-found');
    expect([await ask(), await ask(), await ask()]).toEqual([false, false, false]);
    await sim.clock.advance(100);
    const answers: boolean[] = [];
    for (let index = 0; index < 8; index++) answers.push(await ask());
    expect(answers).toEqual([false, true, false, true, false, false, false, false]);
  });

  it('are the same chance for the same seed', async () => {
    const run = async (seed: number): Promise<string> => {
      const sim = await fake({ seed });
      sim.faults.inject([
        { fault: 'server-error-executed', probability: 0.3 },
        { fault: 'reply-late', probability: 0.3, delayMs: [1, 500] },
      ]);
      const answers: string[] = [];
      for (let index = 0; index < 30; index++)
        answers.push(`${await sim.client.ask('GET', '/time')} ${sim.clock.monotonic()}`);
      return answers.join();
    };
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });

  it('reach only the account, stream and exchange they name, and refuse an unknown one', async () => {
    const sim = await fake();
    sim.faults.inject({ fault: 'reply-lost', account: 'account-2' });
    sim.faults.inject({ fault: 'push-dropped', stream: 'market' });
    const line = await sim.client.listen();
    expect(await create(sim)).toContain('200');
    expect(pushes(line.heard)).toHaveLength(1);
    expect(() => sim.faults.inject({ fault: 'ban', exchange: 'elsewhere' })).toThrow('elsewhere');
    expect(() => sim.faults.inject({ fault: 'reply-lost', probability: 2 })).toThrow('probability');
  });

  it('reach only the symbol they name: requests, pushes, lists and queries', async () => {
    for (const [symbol, isStruck] of [
      [EOS, true],
      [BNB, false],
    ] as const) {
      const sim = await fake();
      const line = await sim.client.listen();
      await withRules(
        sim,
        { fault: 'push-dropped', symbol },
        { fault: 'query-lag', symbol, lagMs: 60_000, nth: 1 },
        { fault: 'open-orders-stale', symbol, lagMs: 60_000 },
        { fault: 'reply-lost', symbol, operation: 'cancel' },
      );
      await create(sim);
      await create(sim, 'b');
      expect(pushes(line.heard)).toHaveLength(isStruck ? 0 : 2);
      expect(await sim.client.ask('GET', '/order', 'id=a')).toContain(isStruck ? '404' : '200');
      expect(await sim.client.ask('GET', '/order', 'id=b')).toContain('200');
      expect((await sim.client.ask('GET', '/open')).includes('"a"')).toBe(!isStruck);
      expect(await sim.client.ask('DELETE', '/order', 'id=a', 1000)).toContain(isStruck ? 'timeout' : '200');
    }
  });

  it('revoke the key anew at every strike', async () => {
    const sim = await fake();
    const revocations: boolean[] = [];
    await withRules(sim, { fault: 'key-revoked', every: 10_000, durationMs: 1000 });
    for (let round = 0; round < 3; round++) {
      await sim.clock.advance(10_000);
      await create(sim, `at-${round}`);
      revocations.push(sim.venue('fake').accountByUid(1)?.permissions.valid === false);
      await sim.clock.advance(1000);
      expect(sim.venue('fake').accountByUid(1)?.permissions.valid).toBe(true);
    }
    expect(revocations).toEqual([true, true, true]);
  });

  it('strike on time whatever fractions of a millisecond the clock has gone through', async () => {
    for (let seed = 0; seed < 200; seed++) {
      const sim = await fake();
      const random = seededRandom(seed);
      await sim.clock.advance(random.next() * 1e6);
      const handle = sim.faults.inject([
        { fault: 'connection-refused', every: 333.3 + random.next(), durationMs: 0.1 + random.next() },
        { fault: 'connection-refused', at: [random.next() * 100, 100 + random.next() * 100], durationMs: 1 },
      ]);
      await sim.clock.advance(1050 + random.next());
      expect(handle.strikes).toBe(5);
      sim.close();
    }
  });

  it('of connections and of the network, at a time and with an operation, strike at the first such request from then on', async () => {
    for (const rule of [
      { fault: 'connection-cut', operation: 'create', at: 1000 },
      { fault: 'connection-cut', operation: 'create', every: 1000, count: 1 },
      { fault: 'exchange-restart', operation: 'create', at: 1000 },
    ] as const) {
      const sim = await fake();
      const line = await sim.client.listen();
      const handle = sim.faults.inject(rule);
      await create(sim, 'early');
      await sim.client.ask('GET', '/time');
      await sim.clock.advance(5000);
      await sim.client.ask('GET', '/time');
      expect([handle.strikes, line.heard.filter((each) => each.startsWith('close'))]).toEqual([0, []]);
      await create(sim, 'late');
      await sim.clock.advance(10);
      expect([handle.strikes, openIds(sim)]).toEqual([1, ['early', 'late']]);
      expect(line.heard.at(-1)).toMatch(/^close/);
      sim.close();
    }
  });

  it('report their strikes as they happen, and strike repeatedly by time', async () => {
    const sim = await fake();
    const strikes: string[] = [];
    sim.faults.onStrike((strike) => strikes.push(`${strike.exchange} ${strike.fault}`));
    sim.faults.inject({ fault: 'connection-refused', every: 1000, durationMs: 100, count: 3 });
    await sim.clock.advance(10_000);
    expect(strikes).toEqual(Array.from({ length: 3 }, () => 'fake connection-refused'));
  });
});
