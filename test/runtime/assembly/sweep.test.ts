// Revoking for a strategy that is dead: found, revoked, confirmed - against a scripted exchange on a virtual clock.
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { fail, ok, TradeError, type ErrorKind, type Result } from '../../../src/domain/errors.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import { EMPTY_REPORT, type OrderReport, type ReportedLife } from '../../../src/domain/order-report.ts';
import { HTX } from '../../../src/domain/platform.ts';
import type { CancelOutcome, ExchangeAccount, OrderRef } from '../../../src/exchanges/exchange.ts';
import { sweep, type Sweep } from '../../../src/runtime/assembly/sweep.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { sleep } from '../../../src/seam/clock.ts';

function report(orderId: string, life: ReportedLife, clientOrderId = `c${orderId}`): OrderReport {
  return {
    ...EMPTY_REPORT,
    source: 'query',
    symbol: 'BTC/USDT',
    orderId,
    clientOrderId,
    life,
    quantity: Decimal.from('1'),
  };
}
const trouble = (kind: ErrorKind, retryAfter?: number): TradeError =>
  new TradeError(`scripted ${kind}`, { kind, outcome: 'unknown', retryAfter });

/** Open orders by id; `racing` are filled by the market while the cancel is on its way. */
class ScriptedExchange {
  readonly calls: string[] = [];
  open: OrderReport[];
  readonly racing: ReadonlySet<string>;
  /** Of preparing, and of lists. */
  unprepared: TradeError[] = [];
  troubles: TradeError[] = [];
  stragglers: OrderReport[] = [];
  private readonly ended = new Map<string, OrderReport>();

  constructor(open: readonly string[], racing: readonly string[] = []) {
    this.open = open.map((id) => report(id, 'open'));
    this.racing = new Set(racing);
  }

  private end(id: string | null): OrderReport {
    const life = this.racing.has(id ?? '') ? 'filled' : 'canceled';
    const ended = report(id ?? '', life);
    this.ended.set(id ?? '', ended);
    this.open = this.open.filter(({ orderId }) => orderId !== id);
    return ended;
  }

  readonly trading = {
    openOrders: (): Promise<Result<readonly OrderReport[]>> => {
      this.calls.push('list');
      const error = this.troubles.shift();
      return Promise.resolve(error === undefined ? ok([...this.open]) : fail(error));
    },
    cancelAll: () => {
      this.calls.push('cancel-all');
      for (const { orderId } of this.open) this.end(orderId);
      this.open = this.stragglers.splice(0, 1);
      return Promise.resolve({ outcome: 'accepted' as const, reports: [] });
    },
    cancel: (_instrument: Instrument, refs: readonly OrderRef[]): Promise<readonly CancelOutcome[]> => {
      this.calls.push(`cancel ${refs.length}`);
      const outcomes = refs.map(({ orderId }) => ({ outcome: 'accepted' as const, reports: [this.end(orderId)] }));
      return Promise.resolve(outcomes);
    },
    fills: (): Promise<Result<readonly OrderReport[]>> => {
      this.calls.push('fills');
      return Promise.resolve(ok([...this.racing].map((id) => report(id, 'open'))));
    },
    query: (_instrument: Instrument, { orderId }: OrderRef) => {
      this.calls.push(`query ${String(orderId)}`);
      const found = this.ended.get(orderId ?? '');
      return Promise.resolve({ outcome: 'found' as const, reports: found === undefined ? [] : [found] });
    },
  };

  readonly account = {
    prepare: () => {
      const error = this.unprepared.shift();
      return Promise.resolve(error === undefined ? ok(true as const) : fail(error));
    },
    instrument: () => Promise.resolve(ok({})),
    clockOffset: () => 0,
    trading: this.trading,
  } as unknown as ExchangeAccount;
}

async function swept(exchange: ScriptedExchange, part: Partial<Sweep> = {}, clock = new VirtualClock()) {
  const task: Sweep = {
    platform: HTX,
    account: 'a',
    symbol: 'BTC/USDT',
    connector: exchange.account,
    cancelsAll: true,
    whose: 'all',
    concerns: () => true,
    keyIsProven: true,
    trigger: 'command',
    clock,
    timeLimitMs: 10_000,
    stragglerMs: 0,
    mostQueries: 50,
    ...part,
  };
  const receipt = await clock.runFor(sweep(task));
  return { receipt, tookMs: clock.monotonic(), calls: exchange.calls };
}

describe('a sweep', () => {
  it('is one list, one cancel-all and one proof; what filled in the race is told from what was revoked', async () => {
    const { receipt, calls, tookMs } = await swept(new ScriptedExchange(['1', '2', '3'], ['2']));
    expect(calls).toEqual(['list', 'cancel-all', 'list', 'query 1', 'query 2', 'query 3']);
    expect(receipt).toMatchObject({
      found: ['1', '2', '3'],
      revoked: ['1', '3'],
      filled: ['2'],
      left: [],
      error: null,
    });
    expect(receipt.confirmedAt).not.toBeNull();
    expect(tookMs).toBe(0);
  });

  it('of nothing is one question', async () => {
    const { receipt, calls } = await swept(new ScriptedExchange([]));
    expect(calls).toEqual(['list']);
    expect(receipt).toMatchObject({ found: [], left: [], error: null });
  });

  it('of own orders leaves the others, and says so nowhere as left', async () => {
    const exchange = new ScriptedExchange(['1', '2']);
    const { receipt, calls } = await swept(exchange, {
      whose: 'own',
      cancelsAll: false,
      concerns: ({ orderId }) => orderId === '1',
    });
    expect(calls).toEqual(['list', 'cancel 1', 'list']);
    expect(receipt).toMatchObject({ found: ['1'], revoked: ['1'], left: [], error: null });
    expect(exchange.open.map(({ orderId }) => orderId)).toEqual(['2']);
  });

  it('catches an order that appeared while it revoked', async () => {
    const exchange = new ScriptedExchange(['1']);
    exchange.stragglers = [report('9', 'open')];
    const { receipt } = await swept(exchange);
    expect(receipt).toMatchObject({ found: ['1', '9'], revoked: ['1', '9'], error: null });
  });

  it('after a crash asks once more, for what the dead process had already sent', async () => {
    const exchange = new ScriptedExchange([]);
    const clock = new VirtualClock();
    clock.after(200, () => exchange.open.push(report('5', 'open')));
    const { receipt } = await swept(exchange, { stragglerMs: 300, trigger: 'crash' }, clock);
    expect(receipt).toMatchObject({ found: ['5'], revoked: ['5'], error: null });
  });

  it('confirms nothing when the question for what the dead process had already sent is never answered', async () => {
    const exchange = new ScriptedExchange([]);
    const clock = new VirtualClock();
    clock.after(200, () => {
      exchange.open.push(report('5', 'open'));
      exchange.troubles = Array.from({ length: 100 }, () => trouble('network'));
    });
    const { receipt } = await swept(exchange, { stragglerMs: 300, trigger: 'crash' }, clock);
    expect(receipt).toMatchObject({ found: [], left: [], confirmedAt: null, error: 'scripted network' });
  });

  it('tries again after a network error and a rate limit, waiting as long as the exchange says', async () => {
    const exchange = new ScriptedExchange(['1']);
    exchange.troubles = [trouble('network'), trouble('rate-limited', 3_000)];
    const { receipt, tookMs } = await swept(exchange);
    expect(receipt).toMatchObject({ revoked: ['1'], error: null });
    expect(tookMs).toBeGreaterThanOrEqual(3_000);
  });

  it('waits out a ban once, though another cancel of the same batch has waited it out, too', async () => {
    const exchange = new ScriptedExchange(['1', '2']);
    const clock = new VirtualClock();
    const { cancel } = exchange.trading;
    let isFirst = true;
    exchange.trading.cancel = async (instrument, refs) => {
      if (!isFirst) return cancel(instrument, refs);
      isFirst = false;
      await sleep(clock, 6_000);
      const error = trouble('rate-limited', 6_000);
      return [{ outcome: 'rejected' as const, error }, ...(await cancel(instrument, refs.slice(1)))];
    };
    const { receipt, tookMs } = await swept(exchange, { cancelsAll: false }, clock);
    expect(receipt).toMatchObject({ revoked: ['1', '2'], left: [], error: null });
    expect(tookMs).toBeLessThan(7_000);
  });

  it('says at once why nothing can be done with a key that has never worked', async () => {
    const exchange = new ScriptedExchange(['1']);
    exchange.unprepared = [trouble('auth')];
    const { receipt, calls } = await swept(exchange, { keyIsProven: false });
    expect(calls).toEqual([]);
    expect(receipt.error).toContain('scripted auth');
  });

  it.each([
    ['the key that worked is refused for a while (binance.md D7)', 'auth', true],
    ['the key is refused for a while after it was taken', 'auth', false],
    ['the pair is suspended for a while (OKX 51001)', 'invalid-order', true],
  ] as const)('tries again when %s', async (_why, kind, keyIsProven) => {
    const exchange = new ScriptedExchange(['1']);
    if (keyIsProven && kind === 'auth') exchange.unprepared = [trouble(kind)];
    exchange.troubles = [trouble(kind), trouble(kind)];
    const { receipt } = await swept(exchange, { keyIsProven });
    expect(receipt).toMatchObject({ revoked: ['1'], error: null });
  });

  it('says at once that there is no such symbol', async () => {
    const exchange = new ScriptedExchange(['1']);
    exchange.account.instrument = () => Promise.resolve(fail(trouble('invalid-order')));
    const { receipt, tookMs } = await swept(exchange);
    expect(receipt.error).toContain('scripted invalid-order');
    expect(tookMs).toBe(0);
  });

  it.each([
    ['the list', (exchange: ScriptedExchange) => void (exchange.troubles = [trouble('rate-limited', 600_000)])],
    ['the rules', (exchange: ScriptedExchange) => void (exchange.unprepared = [trouble('rate-limited', 600_000)])],
  ])('told to wait for ten minutes (%s), it asks once more at its limit', async (_what, ban) => {
    const exchange = new ScriptedExchange(['1']);
    ban(exchange);
    const { receipt, tookMs } = await swept(exchange);
    expect(receipt).toMatchObject({ revoked: ['1'], error: null });
    expect(tookMs).toBe(10_000);
  });

  it('cancels at its limit, too, and asks what became of it', async () => {
    const exchange = new ScriptedExchange(['1']);
    exchange.troubles = [trouble('network')];
    const { receipt, tookMs, calls } = await swept(exchange, { timeLimitMs: 50 });
    expect(calls).toEqual(['list', 'list', 'cancel-all', 'list', 'query 1']);
    expect(receipt).toMatchObject({ revoked: ['1'], left: [], error: null });
    expect(tookMs).toBe(50);
  });

  it('takes no list of fills for what became of few orders: it may lack the last ones (htx.md 5.16)', async () => {
    const exchange = new ScriptedExchange(['1', '2'], ['2']);
    exchange.trading.fills = () => Promise.resolve(ok([]));
    expect((await swept(exchange)).receipt).toMatchObject({ revoked: ['1'], filled: ['2'] });
  });

  it('of many, asks for those that traded', async () => {
    const ids = Array.from({ length: 51 }, (_, index) => String(index + 1));
    const { calls, receipt } = await swept(new ScriptedExchange(ids, ['7']));
    expect(calls).toEqual(['list', 'cancel-all', 'list', 'fills', 'query 7']);
    expect(receipt).toMatchObject({ filled: ['7'] });
  });

  it('gives up at the time limit and says why', async () => {
    const exchange = new ScriptedExchange(['1']);
    exchange.troubles = Array.from({ length: 50 }, () => trouble('network'));
    const { receipt, tookMs } = await swept(exchange, { timeLimitMs: 5_000 });
    const error = 'the exchange never said what is open, and anything may be: scripted network';
    expect(receipt).toMatchObject({ error, left: [], confirmedAt: null });
    expect(tookMs).toBe(5_000);
  });
});
