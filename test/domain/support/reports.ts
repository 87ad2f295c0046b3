// Everything an exchange might say about one order, consistent in itself: a life is drawn, then reports of it from all sources.
import fc from 'fast-check';
import { Decimal } from '../../../src/domain/decimal.ts';
import {
  EMPTY_REPORT,
  type FillReport,
  type OrderReport,
  type ReportedLife,
} from '../../../src/domain/order-report.ts';

export const SYMBOL = 'EOS/USDT';

export interface Story {
  readonly quantity: Decimal;
  readonly fills: readonly FillReport[];
  readonly end: 'open' | 'canceled' | 'filled';
  /** In the order in which things happened; every fact is in at least one of them. */
  readonly reports: readonly OrderReport[];
}

const START = 1_700_000_000_000;
const unit = Decimal.from('0.01');

function totals(fills: readonly FillReport[]): { filled: Decimal; filledValue: Decimal } {
  let filled = Decimal.ZERO;
  let filledValue = Decimal.ZERO;
  for (const fill of fills) {
    filled = filled.add(fill.quantity);
    filledValue = filledValue.add(fill.quantity.mul(fill.price));
  }
  return { filled, filledValue };
}

interface Draw {
  readonly fills: readonly { readonly quantity: number; readonly price: number; readonly feeApart: boolean }[];
  readonly end: 'open' | 'canceled' | 'filled';
  readonly hasClientId: boolean;
  readonly wasPresumedFailed: boolean;
}

function tell({ fills: drawn, end, hasClientId, wasPresumedFailed }: Draw): Story {
  const fills = drawn.map(({ quantity, price }, index): FillReport => {
    const amount = Decimal.from(quantity).mul(unit);
    const at = Decimal.from(price).mul(Decimal.from('0.001'));
    return {
      tradeId: `t${index}`,
      price: at,
      quantity: amount,
      fee: at.mul(amount).mul(Decimal.from('0.001')),
      feeAsset: 'USDT',
      liquidity: 'maker',
      time: START + 10 * (index + 1),
    };
  });
  const total = totals(fills).filled;
  const isFilled = end === 'filled' && fills.length > 0;
  const quantity = isFilled ? total : total.add(Decimal.from('1.23'));
  const last = START + 10 * (fills.length + 1);
  const base: OrderReport = {
    ...EMPTY_REPORT,
    source: 'push',
    symbol: SYMBOL,
    orderId: '77',
    clientOrderId: hasClientId ? 'aqtest1' : null,
    action: 'SELL',
    orderType: 'LIMIT',
    timeInForce: 'GTC',
    price: Decimal.from('2.5'),
    quantity,
    ctime: START,
  };
  const zero = { filled: Decimal.ZERO, filledValue: Decimal.ZERO };
  const reports: OrderReport[] = [{ ...base, ...zero, life: 'open', utime: START }];
  if (wasPresumedFailed) {
    reports.push({ ...EMPTY_REPORT, source: 'inferred', symbol: SYMBOL, life: 'presumed-failed', reason: 'silence' });
  }
  fills.forEach((fill, index) => {
    const soFar = totals(fills.slice(0, index + 1));
    const life: ReportedLife = isFilled && index === fills.length - 1 ? 'filled' : 'open';
    const apart = drawn[index]?.feeApart === true;
    reports.push({
      ...base,
      ...soFar,
      life,
      fill: apart ? { ...fill, fee: null, feeAsset: null } : fill,
      utime: fill.time,
    });
    // The same fill as the fills history has it.
    reports.push({ ...EMPTY_REPORT, source: 'fills', symbol: SYMBOL, orderId: '77', action: 'SELL', fill });
  });
  if (end === 'canceled') {
    reports.push({ ...base, ...totals(fills), life: 'canceled', reason: 'canceled by user', utime: last });
  }
  reports.push({
    ...base,
    ...totals(fills),
    source: 'query',
    life: isFilled ? 'filled' : end === 'canceled' ? 'canceled' : 'open',
    utime: last,
  });
  return { quantity, fills, end: isFilled ? 'filled' : end === 'canceled' ? 'canceled' : 'open', reports };
}

export const story: fc.Arbitrary<Story> = fc
  .record({
    fills: fc.array(
      fc.record({
        quantity: fc.integer({ min: 1, max: 500_000 }),
        price: fc.integer({ min: 1, max: 9_000_000 }),
        feeApart: fc.boolean(),
      }),
      { maxLength: 6 },
    ),
    end: fc.constantFrom('open' as const, 'canceled' as const, 'filled' as const),
    hasClientId: fc.boolean(),
    wasPresumedFailed: fc.boolean(),
  })
  .map(tell);

/** The reports of a story as a bad network delivers them: shuffled and repeated, but each at least once. */
export function delivered(of: Story): fc.Arbitrary<readonly OrderReport[]> {
  const extra = fc.array(fc.constantFrom(...of.reports), { maxLength: 8 });
  return extra.chain((again) => {
    const all = [...of.reports, ...again];
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  });
}
