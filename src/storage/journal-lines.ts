// What the journal is told, as lines of text: the thread that trades writes them, the one that stores reads them. Nothing is stored here.
// Text in shared memory is what costs the thread that trades least (docs/decisions/0005-journal-writer-thread.md).

import type { OrderReport } from '../domain/order-report.ts';
import type { OrderStatus } from '../domain/order.ts';
import type { RevokeReceipt } from '../domain/unfinished-orders.ts';
import type { RequestResult } from '../orders/journal.ts';
import { isPlain, reportText } from './report-text.ts';

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

/** Neither tab nor line feed is in it when this returns. Ids are anybody's text. */
function field(text: string): string {
  return isPlain(text) ? text : JSON.stringify(text);
}

export function readField(text: string | undefined): string {
  if (text === undefined || !text.startsWith('"')) return text ?? '';
  const value: unknown = JSON.parse(text);
  return typeof value === 'string' ? value : '';
}

/** Lines about the orders of one scope. `scope`: its number among all scopes of the journal. */
export class Lines {
  private readonly scope: number;
  private key = '';
  private keyField = '';

  constructor(scope: number) {
    this.scope = scope;
  }

  /** Most lines are about the order that the line before was about. */
  private of(key: string): string {
    if (key !== this.key) {
      this.key = key;
      this.keyField = field(key);
    }
    return this.keyField;
  }

  intent(key: string, json: string): string {
    return `i\t${this.scope}\t${this.of(key)}\t${json}\n`;
  }

  report(key: string, report: OrderReport, at: number): string {
    return `r\t${this.scope}\t${this.of(key)}\t${at}\t${reportText(report)}\n`;
  }

  told(key: string, tradeId: string): string {
    return `t\t${this.scope}\t${this.of(key)}\t${field(tradeId)}\n`;
  }

  closed(key: string, status: OrderStatus, at: number): string {
    return `c\t${this.scope}\t${this.of(key)}\t${at}\t${status}\n`;
  }

  adopted(key: string): string {
    return `a\t${this.scope}\t${this.of(key)}\n`;
  }

  result(key: string, result: RequestResult): string {
    return `q\t${this.scope}\t${this.of(key)}\t${result.at}\t${JSON.stringify(result)}\n`;
  }

  proof(at: number): string {
    return `p\t${this.scope}\t\t${at}\n`;
  }

  receipt(receipt: RevokeReceipt): string {
    const { endedAt, platform, account, symbol } = receipt;
    return `v\t${this.scope}\t\t${endedAt}\t${platform}\t${field(account)}\t${field(symbol)}\t${JSON.stringify(receipt)}\n`;
  }
}
