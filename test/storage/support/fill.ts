// A fill as a report brings it, of which only the id matters.
import { Decimal } from '../../../src/domain/decimal.ts';
import type { FillReport } from '../../../src/domain/order-report.ts';

export function fillCalled(tradeId: string): FillReport {
  const [price, quantity] = [Decimal.from('2'), Decimal.ONE];
  return { tradeId, price, quantity, fee: null, feeAsset: null, liquidity: null, time: 1 };
}
