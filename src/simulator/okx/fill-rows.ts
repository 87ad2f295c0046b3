// Fills as rows of /trade/fills, with bill ids to page by (okx.md 9.5).
// Filtering and paging are history.ts's.

import type { VenueFill, VenueOrder } from '../venue.ts';
import { instIdOf } from './instruments.ts';
import { echoOf, feeOf, quoteOf, sideOf } from './order-words.ts';
import type { Row } from './order-rows.ts';

/**
 * A 19-digit id that grows with time: ms, then the trade's last digits, then the instrument. The venue keeps no bills; this way the same fill
 * has the same bill id also after the exchange was restarted.
 */
export function billIdOf(fill: VenueFill, instrumentCode: number): bigint {
  return BigInt(fill.time) * 1_000_000n + (fill.tradeId % 10_000n) * 100n + BigInt(instrumentCode % 100);
}

const RATE_DECIMALS = 8;

export function fillRow(fill: VenueFill, order: VenueOrder | null, billId: bigint): Row {
  const received = fill.side === 'BUY' ? fill.quantity : fill.quoteQuantity;
  return {
    instType: 'SPOT',
    instId: instIdOf(fill.symbol),
    tradeId: String(fill.tradeId),
    ordId: String(fill.orderId),
    clOrdId: order?.clientOrderId ?? '',
    billId: String(billId),
    subType: fill.side === 'BUY' ? '1' : '2',
    tag: order === null ? '' : echoOf(order).tag,
    fillPx: fill.price.toString(),
    fillSz: fill.quantity.toString(),
    side: sideOf(fill),
    posSide: 'net',
    execType: fill.maker ? 'M' : 'T',
    fee: feeOf(fill.fee),
    feeCcy: fill.feeAsset,
    feeRate: fill.fee.div(received, RATE_DECIMALS).neg().toString(),
    fillPnl: '0',
    fillTime: String(fill.time),
    ts: String(fill.time + 1),
    fillIdxPx: '',
    fillMarkPx: '',
    fillMarkVol: '',
    fillFwdPx: '',
    fillPxVol: '',
    fillPxUsd: '',
    tradeQuoteCcy: quoteOf(fill.symbol),
  };
}
