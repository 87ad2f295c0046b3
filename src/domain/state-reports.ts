// The way back from a state to reports: merging them into an empty state gives the same knowledge again.
// For joining what was known of one order under two ids.

import type { OrderState } from './merge.ts';
import { EMPTY_REPORT, type OrderReport } from './order-report.ts';

/** One report for the figures, one for each fill. */
export function stateReports(state: OrderState): OrderReport[] {
  const base = { ...EMPTY_REPORT, source: 'inferred' as const, symbol: state.symbol, orderId: state.orderId };
  const known = state.clientOrderId !== null && Number.isFinite(state.clientOrderIdAt);
  const reports: OrderReport[] = [
    {
      ...base,
      clientOrderId: known ? null : state.clientOrderId,
      life: state.life === 'unseen' ? null : state.life,
      action: state.action,
      orderType: state.orderType,
      timeInForce: state.timeInForce,
      tradeType: state.tradeType,
      filled: state.filled,
      filledValue: state.filledValue,
      fee: state.fee,
      feeAsset: state.feeAsset,
      ctime: state.ctime === 0 ? null : state.ctime,
    },
    { ...base, utime: at(state.utime) },
    { ...base, price: state.price.value, utime: at(state.price.at) },
    { ...base, quantity: state.quantity.value, utime: at(state.quantity.at) },
  ];
  if (known) reports.push({ ...base, clientOrderId: state.clientOrderId, utime: at(state.clientOrderIdAt) });
  if (state.reason !== null) {
    reports.push({ ...base, reason: state.reason, life: state.reasonLife === 'unseen' ? null : state.reasonLife });
  }
  for (const fill of state.trades.values()) reports.push({ ...base, fill });
  return reports;
}

function at(time: number): number | null {
  return time <= 0 || time >= Number.MAX_SAFE_INTEGER ? null : time;
}
