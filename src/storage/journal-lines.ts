// What the journal is told, as lines of text: the thread that trades writes them, the one that stores reads them. Nothing is stored here.
// Text in shared memory is what costs the thread that trades least (docs/decisions/0005-journal-writer-thread.md).

import { Literal } from '../domain/literal.ts';
import type { OrderState } from '../domain/merge.ts';
import type { OrderReport } from '../domain/order-report.ts';
import type { OrderStatus } from '../domain/order.ts';
import type { RevokeReceipt } from '../domain/unfinished-orders.ts';
import type { RequestResult } from '../orders/journal.ts';
import type { LineBuffer } from './line-buffer.ts';
import { writeReport } from './report-line.ts';

/** Lines that are stored together. */
export interface Group {
  readonly bytes: Buffer<SharedArrayBuffer>;
  /** How many of the bytes are lines. Each line ends with a line feed. */
  readonly size: number;
  readonly count: number;
  /** When it was put together (our clock, ms): for lines that bring no time. */
  readonly at: number;
}

const LINE_FEED = 10;
/** Read as one text: long enough to make the calls cheap, short enough to be thrown away cheaply. */
const BLOCK_BYTES = 32 * 1_024;

export function forEachLine({ bytes, size }: Group, take: (line: string) => void): void {
  for (let from = 0; from < size;) {
    let end = from + BLOCK_BYTES < size ? bytes.lastIndexOf(LINE_FEED, from + BLOCK_BYTES) + 1 : size;
    if (end <= from) end = bytes.indexOf(LINE_FEED, from) + 1;
    const text = bytes.toString('utf8', from, end);
    for (let at = 0; at < text.length;) {
      const next = text.indexOf('\n', at);
      take(text.slice(at, next));
      at = next + 1;
    }
    from = end;
  }
}

export function readField(text: string | undefined): string {
  if (text === undefined || !text.startsWith('"')) return text ?? '';
  const value: unknown = JSON.parse(text);
  return typeof value === 'string' ? value : '';
}

const TAB = 9;

/** Writes lines about the orders of one scope. */
export class Lines {
  private readonly line: LineBuffer;
  private readonly begin: (what: string) => Literal;
  // Of those that come with every order.
  private readonly intentBegin: Literal;
  private readonly reportBegin: Literal;
  private readonly toldBegin: Literal;
  private readonly closedBegin: Literal;
  private readonly resultBegin: Literal;

  /** @param scope its number among all scopes of the journal */
  constructor(line: LineBuffer, scope: number) {
    this.line = line;
    this.begin = (what) => new Literal(Buffer.from(`${what}\t${scope}\t`));
    this.intentBegin = this.begin('i');
    this.reportBegin = this.begin('r');
    this.toldBegin = this.begin('t');
    this.closedBegin = this.begin('c');
    this.resultBegin = this.begin('q');
  }

  intent(key: string, json: string): void {
    this.start(this.intentBegin, key);
    this.line.text(json);
    this.line.byte(LINE_FEED);
  }

  /**
   * @param known see writeReport
   * @param told the strategy has heard of its fill
   * @param closed the order ended with it, and the strategy knows
   */
  report(
    key: string,
    report: OrderReport,
    at: number,
    known: OrderState | null,
    told: boolean,
    closed: OrderStatus | null,
  ): void {
    const { line } = this;
    const { orderId, clientOrderId } = report;
    this.start(this.reportBegin, key);
    line.number(at);
    line.byte(TAB);
    // The ids stand apart, where they are news: who stores them need not read the report.
    if (orderId !== null && orderId !== known?.orderId) line.field(orderId);
    line.byte(TAB);
    if (clientOrderId !== null && clientOrderId !== known?.clientOrderId) line.field(clientOrderId);
    line.byte(TAB);
    if (told && report.fill !== null) line.field(report.fill.tradeId);
    line.byte(TAB);
    if (closed !== null) line.text(closed);
    line.byte(TAB);
    writeReport(line, report, known);
    line.byte(LINE_FEED);
  }

  told(key: string, tradeId: string): void {
    this.start(this.toldBegin, key);
    this.line.field(tradeId);
    this.line.byte(LINE_FEED);
  }

  closed(key: string, status: OrderStatus, at: number): void {
    const { line } = this;
    this.start(this.closedBegin, key);
    line.number(at);
    line.byte(TAB);
    line.text(status);
    line.byte(LINE_FEED);
  }

  adopted(key: string): void {
    this.start(this.begin('a'), key);
    this.line.byte(LINE_FEED);
  }

  result(key: string, result: RequestResult): void {
    this.start(this.resultBegin, key);
    this.line.text(`${result.at}\t${JSON.stringify(result)}\n`);
  }

  proof(at: number): void {
    this.start(this.begin('p'), '');
    this.line.text(`${at}\n`);
  }

  receipt(receipt: RevokeReceipt): void {
    const { endedAt, platform, account, symbol } = receipt;
    this.start(this.begin('v'), '');
    this.line.text(`${endedAt}\t${platform}\t`);
    this.line.field(account);
    this.line.byte(TAB);
    this.line.field(symbol);
    this.line.text(`\t${JSON.stringify(receipt)}\n`);
  }

  private start(begin: Literal, key: string): void {
    this.line.constant(begin);
    this.line.field(key);
    this.line.byte(TAB);
  }
}
