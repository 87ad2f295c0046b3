// How a demo looks: for people line by line, for programs as JSON. Works the same on a terminal and in a file.

import { Decimal } from '../../domain/decimal.ts';
import type { Order } from '../../domain/order.ts';
import type { MatchingVenue } from '../../simulator/index.ts';
import { counted, paint, print, table } from '../terminal.ts';
import type { DemoEvent } from './events.ts';
import { ladder } from './ladder.ts';
import type { PlantedOrder } from './planted.ts';
import type { Summary } from './tally.ts';

/** What the demo has to show, whoever looks. */
export interface Show {
  opening(): void;
  planted(orders: readonly PlantedOrder[]): void;
  event(event: DemoEvent): void;
  /** The exchange's answer after the revoke at the start. */
  startRevoked(count: number, open: number): void;
  stopping(reason: string): void;
  closing(summary: Summary, end: DemoEnd): void;
}

export interface DemoEnd {
  /** Asked of the exchange through its API, after the strategy ended; null: it did not answer. */
  readonly unfinished: readonly string[] | null;
  /** In the exchange's own books. */
  readonly inTheBooks: number;
  readonly strategyStatus: number | null;
  /** False: it was stopped, by a signal, before anything was heard of it. What was planted is nobody's then, and ends with the exchange. */
  readonly hasBegun: boolean;
}

const STATUS_COLOURS: Readonly<Record<string, (text: string) => string>> = {
  SUBMITTED: paint.cyan,
  'PARTIAL-FILLED': paint.yellow,
  FILLED: paint.green,
  CANCELED: paint.dim,
  FAILED: paint.red,
};

/** The book is drawn now and then, not at every order: the lines in between must stay readable. */
const LADDER_EVERY_MS = 8_000;

function clockTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

export interface ShowSettings {
  readonly platform: string;
  readonly symbol: string;
  readonly strategy: string;
  readonly venue: MatchingVenue;
  readonly seconds: number;
  readonly source: string;
}

export class PeopleShow implements Show {
  private readonly settings: ShowSettings;
  private ladderAt = Number.NEGATIVE_INFINITY;
  private started = false;

  constructor(settings: ShowSettings) {
    this.settings = settings;
  }

  opening(): void {
    const { platform, symbol, strategy, seconds, source } = this.settings;
    const until = seconds === 0 ? 'until Ctrl-C' : `for ${seconds} s (Ctrl-C ends it sooner)`;
    print(`${paint.bold('aioquant demo')}  ${strategy} on ${paint.bold(platform)} ${symbol}, ${until}`);
    print(paint.dim(`The exchange is simulated on this machine and speaks its real protocol; ${source}.`));
  }

  planted(orders: readonly PlantedOrder[]): void {
    this.heading('An earlier run crashed and left these behind');
    for (const { orderId, price, quantity } of orders)
      print(`  order ${orderId}  ${paint.red('SELL')} ${quantity} at ${this.onTick(price)}`);
    this.heading('The strategy starts: whatever was left is revoked first');
  }

  event(event: DemoEvent): void {
    switch (event.type) {
      case 'order':
        this.order(event.order, event);
        break;
      case 'fill': {
        const { quantity, price, fee, feeAsset, liquidity, action } = event.fill;
        const paid = feeAsset === null ? '' : `, fee ${fee} ${feeAsset}`;
        const word = action === 'SELL' ? 'sold' : 'bought';
        print(
          `  ${clockTime(event.at)}  ${paint.bold(paint.green('FILL'))}  ${word} ${quantity} at ${this.onTick(price)}${paid}${liquidity === null ? '' : ` (${liquidity})`}`,
        );
        break;
      }
      case 'trouble':
        print(`  ${clockTime(event.at)}  ${paint.yellow(event.message)}`);
        break;
    }
  }

  startRevoked(count: number, open: number): void {
    const word = open === 0 ? paint.green('no unfinished order') : paint.red(counted(open, 'unfinished order'));
    print(`  ${paint.green('✓')} ${count} revoked; asked again, the exchange says: ${word}`);
    this.heading('It keeps one sell order between the 6th and the 8th ask');
    this.started = true;
  }

  stopping(reason: string): void {
    this.heading(`The strategy stops (${reason}): nothing may be left`);
  }

  closing(summary: Summary, end: DemoEnd): void {
    if (end.hasBegun) this.lastWord(end);
    else print(`  It had not begun: ${counted(end.inTheBooks, 'planted order')} left, which end with this exchange.`);
    this.summary(summary, end);
  }

  private lastWord({ unfinished, inTheBooks, strategyStatus }: DemoEnd): void {
    const said =
      unfinished === null
        ? paint.red('no answer')
        : unfinished.length === 0
          ? paint.green('no unfinished order')
          : paint.red(`unfinished: ${unfinished.join(', ')}`);
    const mark = unfinished?.length === 0 && inTheBooks === 0 ? paint.green('✓') : paint.red('✗');
    print(
      `  ${mark} The exchange says: ${said}; in its own books: ${inTheBooks === 0 ? paint.green('none') : paint.red(String(inTheBooks))}`,
    );
    if (strategyStatus !== 0) print(paint.red(`  The strategy's process ended with status ${String(strategyStatus)}.`));
  }

  private summary(summary: Summary, { unfinished }: DemoEnd): void {
    this.heading('Summary');
    const ms = (value: number | null, unit: string): string => (value === null ? '-' : `${value} ${unit}`);
    const { orders, updates, fills, delayMs, insideUs } = summary;
    const open = unfinished === null ? '?' : String(unfinished.length);
    const rows = [
      ['orders', String(orders)],
      ['updates', String(updates)],
      ['fills', String(fills)],
      ['delay p50 / p99', `${ms(delayMs.p50, 'ms')} / ${ms(delayMs.p99, 'ms')}  exchange to strategy`],
      ['of it in aioquant', `${ms(insideUs.p50, 'µs')} / ${ms(insideUs.p99, 'µs')}  frame to callback`],
      ['unfinished', open === '0' ? paint.green('0') : paint.red(open)],
    ];
    print(
      table(['', ''], rows)
        .split('\n')
        .slice(1)
        .map((line) => `  ${line}`)
        .join('\n'),
    );
  }

  private heading(text: string): void {
    print(`\n${paint.bold(text)}`);
  }

  /** With all its decimals, so that prices stand under each other. */
  private onTick(price: string): string {
    const { venue, symbol } = this.settings;
    return Decimal.from(price).toFixed(venue.instruments.get(symbol)?.tickSize.decimals() ?? 0);
  }

  private rankOf(price: Decimal): number {
    return this.settings.venue.book(this.settings.symbol, 50).asks.findIndex(([level]) => level.eq(price)) + 1;
  }

  private order(order: Order, { delayMs, at }: { readonly delayMs: number | null; readonly at: number }): void {
    const { status, action, quantity, filled, price, orderId } = order;
    const colour = STATUS_COLOURS[status] ?? ((text: string) => text);
    const rank = price === null || status === 'CANCELED' || status === 'FILLED' ? 0 : this.rankOf(Decimal.from(price));
    const columns = [
      clockTime(at),
      colour(status.padEnd(14)),
      `${action === 'SELL' ? paint.red(action) : paint.green(action)} ${quantity} at ${price === null ? 'market' : this.onTick(price)}`,
      status === 'PARTIAL-FILLED' ? `${filled} filled` : '',
      rank > 0 && this.started ? paint.cyan(`ask ${rank}`) : '',
      delayMs === null ? '' : paint.dim(`${delayMs} ms`),
      paint.dim(`order ${orderId === '' ? order.clientOrderId : orderId}`),
    ];
    print(`  ${columns.filter((column) => column !== '').join('  ')}`);
    if (status === 'SUBMITTED' && this.started && price !== null && at - this.ladderAt >= LADDER_EVERY_MS) {
      this.ladderAt = at;
      this.drawBook(Decimal.from(price), quantity);
    }
  }

  private drawBook(price: Decimal, quantity: string): void {
    const { venue, symbol } = this.settings;
    const instrument = venue.instruments.get(symbol);
    if (instrument === undefined) return;
    const { asks, bids } = venue.book(symbol, 9);
    const view = {
      asks,
      bids,
      own: { price, quantity },
      priceDecimals: instrument.tickSize.decimals(),
      quantityDecimals: instrument.lotSize.decimals(),
    };
    for (const line of ladder(view)) print(line);
  }
}
