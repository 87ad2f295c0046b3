// Failures that users of other systems reported, replayed against the whole stack on every exchange: by the names under which
// docs/reliability.md lists them. What one part of the program can show alone is tested there.
import { afterEach, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';
import { exchangeOf } from '../../src/exchanges/index.ts';
import { AccountSessions } from '../../src/orders/account-sessions.ts';
import { MemoryJournal } from '../../src/orders/memory-journal.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { silentLog } from '../../src/seam/log.ts';
import { createSimulation, DEFAULT_LISTINGS, type Simulation } from '../../src/simulator/index.ts';
import { Trade } from '../../src/trade.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';
import { asLive } from '../support/as-live.ts';

const SYMBOL = 'EOS/USDT';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Stage {
  readonly simulation: Simulation;
  readonly trade: Trade;
  /** When requests left, by the virtual clock. */
  readonly requests: number[];
  placeByHand(count: number): void;
  open(): number;
}

async function stageOn(platform: Platform): Promise<Stage> {
  const listings = DEFAULT_LISTINGS.filter(({ instrument }) => instrument.symbol === SYMBOL);
  const simulation = await createSimulation({
    exchanges: [platform],
    seed: 1,
    listings,
    market: 'quiet',
    maxOpenOrders: 1000,
  });
  const { clock } = simulation;
  const venue = simulation.venue(platform);
  const uid = venue.accounts[0]!.uid;
  const account = simulation.accounts[0]!;
  const requests: number[] = [];
  const transport = simulation.transport();
  const trade = new Trade(
    {
      strategy: 'failures',
      platform,
      symbol: SYMBOL,
      account: account.name,
      accessKey: account.accessKey,
      secretKey: account.secretKey,
      passphrase: account.passphrase,
      endpoints: simulation.endpoints[platform]!,
    },
    {
      transport: {
        request: (request) => {
          requests.push(clock.now());
          return transport.request(request);
        },
        connect: (url, handlers, options) => transport.connect(url, handlers, options),
        close: () => transport.close(),
      },
      clock,
      random: seededRandom('failures'),
      log: silentLog,
      budgets: createRateBudgets(),
      journal: new MemoryJournal(),
      sessions: new AccountSessions(),
      exchange: (platform) => asLive(exchangeOf(platform)),
    },
  );
  closing.push(async () => {
    await clock.runFor(trade.close(), 30_000);
    simulation.close();
  });
  return {
    simulation,
    trade,
    requests,
    open: () => venue.openOrders(uid, SYMBOL).length,
    placeByHand: (count) => {
      for (let i = 0; i < count; i++) {
        venue.place(
          uid,
          {
            symbol: SYMBOL,
            side: 'BUY',
            type: 'LIMIT',
            timeInForce: 'GTC',
            postOnly: false,
            price: Decimal.from('0.5'),
            quantity: Decimal.from('20'),
            quoteQuantity: null,
            clientOrderId: `hand${i}`,
            selfTradePrevention: 'none',
            tag: platform === 'htx' ? { type: 'buy-limit' } : {},
          },
          { uniqueClientOrderIds: true, postOnly: 'reject' },
        );
      }
    },
  };
}

describe.each(PLATFORMS)('on %s', (platform) => {
  it('A3: every page of open orders is seen, and revoked', async () => {
    const stage = await stageOn(platform);
    const { clock } = stage.simulation;
    stage.placeByHand(230);
    expect(await clock.runFor(stage.trade.ready, 60_000)).toBe(true);
    expect(stage.trade.orders.size).toBe(230);
    const [revoked, error] = await clock.runFor(stage.trade.revokeOrder(), 120_000);
    expect(error).toBeNull();
    expect(revoked).toHaveLength(230);
    expect(stage.open()).toBe(0);
  });

  it('hummingbot #1388, #6574: a clock that drifts leaves no order that cannot be canceled', async () => {
    const stage = await stageOn(platform);
    const { clock, faults } = stage.simulation;
    await clock.runFor(stage.trade.ready, 60_000);
    const [id] = await clock.runFor(stage.trade.createOrder('BUY', '0.5', '20'), 60_000);
    faults.inject({ fault: 'clock-skew', skewMs: 400_000 });
    await clock.advance(5000);
    expect(await clock.runFor(stage.trade.revokeOrder(id ?? ''), 60_000)).toEqual([[id], null]);
    expect(stage.open()).toBe(0);
  });

  it('ccxt #10566, NautilusTrader #780, hummingbot #1291, #4366, freqtrade #7187: who is told to wait waits, and then revokes', async () => {
    const stage = await stageOn(platform);
    const { clock, faults } = stage.simulation;
    await clock.runFor(stage.trade.ready, 60_000);
    for (let i = 0; i < 3; i++) await clock.runFor(stage.trade.createOrder('BUY', '0.5', '20'), 60_000);
    faults.inject({ fault: 'ban', at: 0, retryAfterMs: 6000 });
    const before = stage.requests.length;
    const started = clock.now();
    const revoking = stage.trade.revokeOrder();
    await clock.advance(6000);
    // Not in a loop: a few attempts at most while the ban lasts.
    expect(stage.requests.slice(before).length).toBeLessThan(15);
    const [, error] = await clock.runFor(revoking, 120_000);
    if (error !== null) await clock.runFor(stage.trade.revokeOrder(), 120_000);
    expect(clock.now() - started).toBeGreaterThan(5000);
    expect(stage.open()).toBe(0);
  });

  it('ccxt #2599, catalyst #317: a create that timed out is placed once', async () => {
    const stage = await stageOn(platform);
    const { clock, faults } = stage.simulation;
    await clock.runFor(stage.trade.ready, 60_000);
    faults.inject({ fault: 'reply-lost', operation: 'create' });
    faults.inject({ fault: 'push-dropped' });
    const [id, error] = await clock.runFor(stage.trade.createOrder('BUY', '0.5', '20'), 60_000);
    expect(error).toBeNull();
    expect([...stage.trade.orders.keys()]).toEqual([id]);
    expect(stage.open()).toBe(1);
  });
});
