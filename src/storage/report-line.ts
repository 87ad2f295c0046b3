// An order report as JSON into a line's memory: every report is written, so it is put together by hand. Fields that say nothing are left out, and
// so is what was known before: joined to what earlier lines said it gives the same order (domain/merge.ts). Reading is report-text.ts's part.

import type { Decimal } from '../domain/decimal.ts';
import { Literal } from '../domain/literal.ts';
import type { OrderState } from '../domain/merge.ts';
import type { FillReport, OrderReport } from '../domain/order-report.ts';
import { higher } from '../domain/transitions.ts';
import type { LineBuffer } from './line-buffer.ts';

const literal = (text: string): Literal => new Literal(Buffer.from(text));

const SOURCE = literal('{"source":"');
// Each closes the quote of the text before.
const SYMBOL = literal('","symbol":"');
const ORDER_ID = literal('","orderId":"');
const CLIENT_ORDER_ID = literal('","clientOrderId":"');
const LIFE = literal('","life":"');
const ACTION = literal('","action":"');
const ORDER_TYPE = literal('","orderType":"');
const TIME_IN_FORCE = literal('","timeInForce":"');
const TRADE_TYPE = literal('","tradeType":"');
const PRICE = literal('","price":"');
const QUANTITY = literal('","quantity":"');
const FILLED = literal('","filled":"');
const FILLED_VALUE = literal('","filledValue":"');
const FEE = literal('","fee":"');
const FEE_ASSET = literal('","feeAsset":"');
const REASON = literal('","reason":"');
const FILL = literal('","fill":{"tradeId":"');
const LIQUIDITY = literal('","liquidity":"');
const TIME = literal('","time":');
const CTIME = literal(',"ctime":');
const UTIME = literal(',"utime":');
const QUOTE = 34;
const CLOSE = 125;

function writeText(line: LineBuffer, name: Literal, value: string | null): void {
  if (value === null) return;
  line.constant(name);
  line.quoted(value);
}

function writeDecimal(line: LineBuffer, name: Literal, value: Decimal | null): void {
  if (value === null) return;
  line.constant(name);
  line.decimal(value);
}

function writeTime(line: LineBuffer, name: Literal, value: number | null): void {
  if (value === null || !Number.isFinite(value)) return;
  line.constant(name);
  line.number(value);
}

function writeFill(line: LineBuffer, fill: FillReport): void {
  line.constant(FILL);
  line.quoted(fill.tradeId);
  writeDecimal(line, PRICE, fill.price);
  writeDecimal(line, QUANTITY, fill.quantity);
  writeDecimal(line, FEE, fill.fee);
  writeText(line, FEE_ASSET, fill.feeAsset);
  writeText(line, LIQUIDITY, fill.liquidity);
  if (Number.isFinite(fill.time)) writeTime(line, TIME, fill.time);
  else line.byte(QUOTE);
  line.byte(CLOSE);
}

function same(a: Decimal | null, b: Decimal | null): boolean {
  return a === b || (a !== null && b !== null && a.eq(b));
}

function isNewAmount(told: Decimal | null, known: Decimal | null): boolean {
  return told !== null && !same(told, known);
}

/** Whether the merge takes it. An older one stays out: the lines may not say how young the one is that is known. */
function tellsTerm(told: Decimal | null, { at, value }: OrderState['price'], utime: number | null): boolean {
  if (told === null || same(told, value)) return false;
  const toldAt = utime ?? -1;
  return value === null || toldAt > at || (toldAt === at && told.gt(value));
}

function isNewText(told: string | null, known: string | null): boolean {
  return told !== null && told !== known;
}

/** The earliest one counts. */
function tellsClientId({ clientOrderId, utime }: OrderReport, known: OrderState): boolean {
  return clientOrderId !== known.clientOrderId || (utime ?? Infinity) < known.clientOrderIdAt;
}

/** Cumulative figures come and go together. */
function tellsFigures(report: OrderReport, known: OrderState): boolean {
  if (report.filled === null) return false;
  const more = report.filled.cmp(known.filled);
  if (more !== 0) return more > 0;
  const { filledValue, fee, feeAsset } = report;
  return (
    isNewAmount(filledValue, known.filledValue) || isNewAmount(fee, known.fee) || isNewText(feeAsset, known.feeAsset)
  );
}

function tellsFill(fill: FillReport, known: OrderState): boolean {
  const earlier = known.trades.get(fill.tradeId);
  return earlier === undefined || (earlier !== 'complete' && (earlier.fee === null || earlier.liquidity === null));
}

/** @param known what the lines before say of the order; null: everything is written */
export function writeReport(line: LineBuffer, report: OrderReport, known: OrderState | null): void {
  const { life, reason, fill, ctime, utime } = report;
  const reasonIsNew =
    known === null || isNewText(reason, known.reason) || (reason !== null && (life ?? 'unseen') !== known.reasonLife);
  line.constant(SOURCE);
  line.text(report.source);
  // The scope of the line has it.
  if (known === null) writeText(line, SYMBOL, report.symbol);
  if (known === null || report.orderId !== known.orderId) writeText(line, ORDER_ID, report.orderId);
  if (known === null || tellsClientId(report, known)) writeText(line, CLIENT_ORDER_ID, report.clientOrderId);
  // A reason belongs to the end it was given for.
  if (known === null || reasonIsNew || (life !== null && higher(known.life, life) !== known.life))
    writeText(line, LIFE, life);
  if (known === null || report.action !== known.action) writeText(line, ACTION, report.action);
  if (known === null || report.orderType !== known.orderType) writeText(line, ORDER_TYPE, report.orderType);
  if (known === null || report.timeInForce !== known.timeInForce) writeText(line, TIME_IN_FORCE, report.timeInForce);
  if (known === null || report.tradeType !== known.tradeType) writeText(line, TRADE_TYPE, report.tradeType);
  if (known === null || tellsTerm(report.price, known.price, utime)) writeDecimal(line, PRICE, report.price);
  if (known === null || tellsTerm(report.quantity, known.quantity, utime))
    writeDecimal(line, QUANTITY, report.quantity);
  if (known === null || tellsFigures(report, known)) {
    writeDecimal(line, FILLED, report.filled);
    writeDecimal(line, FILLED_VALUE, report.filledValue);
    writeDecimal(line, FEE, report.fee);
    writeText(line, FEE_ASSET, report.feeAsset);
  }
  if (reasonIsNew) writeText(line, REASON, reason);
  if (fill !== null && (known === null || tellsFill(fill, known))) writeFill(line, fill);
  else line.byte(QUOTE);
  if (known === null || ctime !== known.ctime) writeTime(line, CTIME, ctime);
  writeTime(line, UTIME, utime);
  line.byte(CLOSE);
}
