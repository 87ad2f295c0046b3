// The two forms in which OKX shows an order: a row of the `orders` channel (okx.md 7.2, 7.3) and a row of the REST queries (9.1, 9.2).
// They differ in fields, in what "nothing" looks like, and in what `fillSz` means: this update's fill there, the last fill here.

import type { Decimal } from '../../domain/decimal.ts';
import type { VenueFill, VenueOrder } from '../venue.ts';
import { instIdOf } from './instruments.ts';
import {
  averageOf,
  cancelSourceOf,
  echoOf,
  feeOf,
  givenCcyOf,
  quoteOf,
  receivedCcyOf,
  sideOf,
  sizeOf,
  stateOf,
  stpModeOf,
  updateTimeOf,
} from './order-words.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Leverage of cross spot orders as it stands on the wire; cash has "0" in pushes and "" in REST. */
const CROSS_LEVER = '5';

/** Everything that both forms say in the same way. */
function common(order: VenueOrder): {
  readonly tdMode: string;
  readonly ordType: string;
  readonly tgtCcy: string;
  readonly tag: string;
  readonly ccy: string;
  readonly isCross: boolean;
} {
  const echo = echoOf(order);
  const isCross = echo.tdMode === 'cross';
  return { ...echo, isCross, ccy: isCross ? quoteOf(order.symbol) : '' };
}

/**
 * @param fill what caused the push; null for everything but a fill
 * @param lastPrice of the instrument, null before the first trade
 */
export function pushRow(order: VenueOrder, fill: VenueFill | null, lastPrice: Decimal | null): Row {
  const { ordType, tdMode, tgtCcy, tag, ccy, isCross } = common(order);
  const worth = order.filled.isZero()
    ? order.price === null
      ? null
      : order.quantity?.mul(order.price)
    : order.filledQuote;
  return {
    instType: 'SPOT',
    instId: instIdOf(order.symbol),
    tgtCcy,
    ccy,
    tradeQuoteCcy: quoteOf(order.symbol),
    ordId: String(order.orderId),
    clOrdId: order.clientOrderId,
    algoClOrdId: '',
    algoId: '',
    tag,
    px: order.price?.toString() ?? '',
    sz: sizeOf(order),
    notionalUsd: (worth ?? order.quoteQuantity)?.toString() ?? '',
    ordType,
    side: sideOf(order),
    posSide: '',
    tdMode,
    accFillSz: order.filled.toString(),
    fillNotionalUsd: order.filled.isZero() ? '' : order.filledQuote.toString(),
    avgPx: averageOf(order) ?? '0',
    state: stateOf(order),
    lever: isCross ? CROSS_LEVER : '0',
    pnl: '0',
    feeCcy: order.feeAsset ?? receivedCcyOf(order),
    fee: feeOf(order.fee),
    rebateCcy: givenCcyOf(order),
    rebate: '0',
    category: 'normal',
    uTime: updateTimeOf(order),
    cTime: String(order.createdAt),
    source: '',
    reduceOnly: 'false',
    cancelSource: cancelSourceOf(order)[0],
    quickMgnType: '',
    stpId: '',
    stpMode: stpModeOf(order),
    attachAlgoClOrdId: '',
    lastPx: lastPrice?.toString() ?? '',
    outcome: '',
    isTpLimit: 'false',
    slTriggerPx: '',
    slTriggerPxType: '',
    tpOrdPx: '',
    tpTriggerPx: '',
    tpTriggerPxType: '',
    slOrdPx: '',
    ...(fill === null ? NO_FILL : fillPart(fill)),
    amendSource: '',
    reqId: '',
    amendResult: '',
    code: '0',
    msg: '',
    pxType: '',
    pxUsd: '',
    pxVol: '',
    linkedAlgoOrd: { algoId: '' },
    attachAlgoOrds: [],
  };
}

const NO_FILL: Row = {
  fillPx: '',
  tradeId: '',
  fillSz: '0',
  fillTime: '',
  fillPnl: '0',
  fillFee: '0',
  fillFeeCcy: '',
  execType: '',
  fillPxVol: '',
  fillPxUsd: '',
  fillMarkVol: '',
  fillFwdPx: '',
  fillMarkPx: '',
  fillIdxPx: '',
};

/** In the place and order of NO_FILL. */
function fillPart(fill: VenueFill): Row {
  return {
    ...NO_FILL,
    fillPx: fill.price.toString(),
    tradeId: String(fill.tradeId),
    fillSz: fill.quantity.toString(),
    fillTime: String(fill.time),
    fillFee: feeOf(fill.fee),
    fillFeeCcy: fill.feeAsset,
    execType: fill.maker ? 'M' : 'T',
  };
}

/** @param lastFill the order's newest fill, null when it has none */
export function restRow(order: VenueOrder, lastFill: VenueFill | null): Row {
  const { ordType, tdMode, tgtCcy, tag, ccy, isCross } = common(order);
  const [cancelSource, cancelSourceReason] = cancelSourceOf(order);
  return {
    instType: 'SPOT',
    instId: instIdOf(order.symbol),
    ordId: String(order.orderId),
    clOrdId: order.clientOrderId,
    tag,
    ordType,
    side: sideOf(order),
    posSide: 'net',
    tdMode,
    px: order.price?.toString() ?? '',
    sz: sizeOf(order),
    tgtCcy,
    state: stateOf(order),
    accFillSz: order.filled.toString(),
    avgPx: averageOf(order) ?? '',
    fillPx: lastFill?.price.toString() ?? '',
    fillSz: lastFill?.quantity.toString() ?? '0',
    fillTime: lastFill === null ? '' : String(lastFill.time),
    tradeId: lastFill === null ? '' : String(lastFill.tradeId),
    fee: feeOf(order.fee),
    feeCcy: order.feeAsset ?? receivedCcyOf(order),
    rebate: '0',
    rebateCcy: givenCcyOf(order),
    pnl: '0',
    lever: isCross ? CROSS_LEVER : '',
    source: '',
    category: 'normal',
    reduceOnly: 'false',
    cancelSource,
    cancelSourceReason,
    stpMode: stpModeOf(order),
    isTpLimit: 'false',
    linkedAlgoOrd: { algoId: '' },
    attachAlgoOrds: [],
    tradeQuoteCcy: quoteOf(order.symbol),
    cTime: String(order.createdAt),
    uTime: updateTimeOf(order),
    ccy,
    algoId: '',
    algoClOrdId: '',
    quickMgnType: '',
    stpId: '',
    pxUsd: '',
    pxVol: '',
    pxType: '',
    slOrdPx: '',
    slTriggerPx: '',
    slTriggerPxType: '',
    tpOrdPx: '',
    tpTriggerPx: '',
    tpTriggerPxType: '',
    attachAlgoClOrdId: '',
  };
}
