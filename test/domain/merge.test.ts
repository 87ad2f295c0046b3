// The funnel's promises as properties: arrival order, repetition, and loss followed by replay do not matter; knowledge only grows.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import {
  averagePrice,
  compactState,
  cumulativeFee,
  filledQuantity,
  intendedOrderState,
  merge,
  newOrderState,
  stateStatus,
  unexplainedQuantity,
  type OrderState,
} from '../../src/domain/merge.ts';
import { EMPTY_REPORT, type OrderReport } from '../../src/domain/order-report.ts';
import { stateReports } from '../../src/domain/state-reports.ts';
import { TRANSITIONS } from '../../src/domain/transitions.ts';
import { SYMBOL, delivered, story } from './support/reports.ts';

const mergeAll = (reports: readonly OrderReport[], from: OrderState = newOrderState(SYMBOL)): OrderState =>
  reports.reduce((state, report) => merge(state, report).state, from);

/** A state as text, whatever the order in which its fills became known. */
function canonical(state: OrderState): string {
  const trades = [...state.trades.values()].toSorted((a, b) => (a.tradeId < b.tradeId ? -1 : 1));
  return JSON.stringify({ ...state, trades });
}

const arrival = story.chain((of) => delivered(of).map((reports) => ({ of, reports })));

describe('merge', () => {
  it('ends in the same state for any order and any repetition of the same reports', () => {
    fc.assert(
      fc.property(arrival, ({ of, reports }) => {
        expect(canonical(mergeAll(reports))).toBe(canonical(mergeAll(of.reports)));
      }),
    );
  });

  it('ends in the same state when reports were lost and are replayed', () => {
    fc.assert(
      fc.property(arrival, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), ({ of, reports }, kept) => {
        const survived = mergeAll(reports.filter((_, index) => kept[index] !== false));
        expect(canonical(mergeAll(of.reports, survived))).toBe(canonical(mergeAll(of.reports)));
      }),
    );
  });

  it('goes on the same after the state was made compact at any point', () => {
    const seen = (state: OrderState): string => {
      const { trades, ...rest } = state;
      return JSON.stringify({ ...rest, trades: trades.keys().toSorted(), fee: cumulativeFee(state) });
    };
    fc.assert(
      fc.property(arrival, fc.nat({ max: 40 }), ({ reports }, at) => {
        let [plain, compact] = [newOrderState(SYMBOL), newOrderState(SYMBOL)];
        for (const [index, report] of reports.entries()) {
          if (index >= at) compact = compactState(compact);
          const [a, b] = [merge(plain, report), merge(compact, report)];
          [plain, compact] = [a.state, b.state];
          expect([b.changed, b.newFill, seen(compact)]).toEqual([a.changed, a.newFill, seen(plain)]);
        }
      }),
    );
  });

  it('A9: statuses only go forwards, whatever arrives when', () => {
    fc.assert(
      fc.property(arrival, ({ reports }) => {
        let state = newOrderState(SYMBOL);
        for (const report of reports) {
          const before = stateStatus(state);
          state = merge(state, report).state;
          const after = stateStatus(state);
          if (after !== before) expect(TRANSITIONS[before], `${before} to ${after}`).toContain(after);
        }
      }),
    );
  });

  it('names each trade id as new exactly once', () => {
    fc.assert(
      fc.property(arrival, ({ of, reports }) => {
        const seen: string[] = [];
        let state = newOrderState(SYMBOL);
        for (const report of reports) {
          const result = merge(state, report);
          state = result.state;
          if (result.newFill !== null) seen.push(result.newFill.tradeId);
        }
        expect(seen.toSorted()).toEqual(of.fills.map(({ tradeId }) => tradeId).toSorted());
      }),
    );
  });

  it('A10, A21: sums, average price and fee are exact', () => {
    fc.assert(
      fc.property(arrival, ({ of, reports }) => {
        const state = mergeAll(reports);
        let quantity = Decimal.ZERO;
        let value = Decimal.ZERO;
        let fee = Decimal.ZERO;
        for (const fill of of.fills) {
          quantity = quantity.add(fill.quantity);
          value = value.add(fill.quantity.mul(fill.price));
          fee = fee.add(fill.fee!);
        }
        expect(filledQuantity(state).eq(quantity)).toBe(true);
        expect(unexplainedQuantity(state).isZero()).toBe(true);
        expect(averagePrice(state).eq(quantity.isZero() ? quantity : value.div(quantity, 18))).toBe(true);
        expect(cumulativeFee(state).fee.eq(fee)).toBe(true);
        expect(stateStatus(state)).toBe(
          of.end === 'filled'
            ? 'FILLED'
            : of.end === 'canceled'
              ? 'CANCELED'
              : quantity.isZero()
                ? 'SUBMITTED'
                : 'PARTIAL-FILLED',
        );
      }),
    );
  });

  it('filled never shrinks and an end is never left, except one concluded from silence', () => {
    fc.assert(
      fc.property(arrival, ({ reports }) => {
        let state = newOrderState(SYMBOL);
        for (const report of reports) {
          const next = merge(state, report).state;
          expect(filledQuantity(next).gte(filledQuantity(state))).toBe(true);
          if (state.life === 'canceled') expect(['canceled', 'filled']).toContain(next.life);
          if (state.life === 'filled') expect(next.life).toBe('filled');
          state = next;
        }
      }),
    );
  });

  it('says that nothing changed when nothing did', () => {
    fc.assert(
      fc.property(arrival, ({ of, reports }) => {
        const state = mergeAll(reports);
        for (const report of of.reports)
          expect(merge(state, report)).toMatchObject({ changed: false, newFill: null, feeFound: null });
      }),
    );
  });

  it('keeps the client id an order was sent with, whatever a later report calls it', () => {
    const terms = {
      action: 'BUY',
      orderType: 'LIMIT',
      timeInForce: 'GTC',
      tradeType: null,
      price: Decimal.ONE,
      quantity: Decimal.ONE,
    } as const;
    const sent = intendedOrderState(SYMBOL, 'mine', terms);
    const report: OrderReport = {
      ...EMPTY_REPORT,
      source: 'push',
      symbol: SYMBOL,
      orderId: '1',
      clientOrderId: 'cancel-request',
      life: 'canceled',
      utime: 1,
    };
    expect(merge(sent, report).state.clientOrderId).toBe('mine');
  });

  it('NautilusTrader #4958: what was concluded from silence is reopened by evidence, and a fill is never refused', () => {
    const silence: OrderReport = {
      ...EMPTY_REPORT,
      source: 'inferred',
      symbol: SYMBOL,
      life: 'presumed-failed',
      reason: 'silence',
    };
    const push: OrderReport = {
      ...EMPTY_REPORT,
      source: 'push',
      symbol: SYMBOL,
      orderId: '1',
      life: 'open',
      quantity: Decimal.from('2'),
      filled: Decimal.ZERO,
    };
    const fill = {
      tradeId: 't',
      price: Decimal.ONE,
      quantity: Decimal.ONE,
      fee: Decimal.ZERO,
      feeAsset: 'X',
      liquidity: null,
      time: 5,
    };
    expect(stateStatus(mergeAll([silence]))).toBe('FAILED');
    expect(stateStatus(mergeAll([silence, push]))).toBe('SUBMITTED');
    expect(stateStatus(mergeAll([silence, push, { ...push, life: null, filled: null, fill }]))).toBe('PARTIAL-FILLED');
    const canceled: OrderReport = { ...push, life: 'canceled' };
    const late = mergeAll([push, canceled, { ...push, life: null, filled: null, fill }]);
    expect([stateStatus(late), filledQuantity(late).toString()]).toEqual(['CANCELED', '1']);
  });

  it('a state turned into reports and merged again is the same knowledge', () => {
    fc.assert(
      fc.property(arrival, ({ reports }) => {
        const state = mergeAll(reports);
        expect(canonical(mergeAll(stateReports(state)))).toBe(canonical(state));
        expect(merge(state, stateReports(state)[0]!).changed).toBe(false);
      }),
    );
  });
});
