// A Trade on the fake exchange and the virtual clock, with everything it was told written down.
import type { TradeError } from '../../../src/domain/errors.ts';
import type { Fill, Order } from '../../../src/domain/order.ts';
import { OKX } from '../../../src/domain/platform.ts';
import type { Capabilities } from '../../../src/exchanges/exchange.ts';
import { AccountSessions } from '../../../src/orders/account-sessions.ts';
import type { ConnectionEvent } from '../../../src/orders/connection-event.ts';
import type { LiveTrade } from '../../../src/domain/live-trade.ts';
import type { TradeEnvironment } from '../../../src/orders/environment.ts';
import type { Journal } from '../../../src/orders/journal.ts';
import { MemoryJournal } from '../../../src/orders/memory-journal.ts';
import type { TradeOptions } from '../../../src/orders/trade-options.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import type { RateBudgets } from '../../../src/wire/rate-budget.ts';
import { Trade } from '../../../src/trade.ts';
import { FakeVenue, SYMBOL } from './fake-exchange.ts';

const noBudgets: RateBudgets = {
  get() {
    throw new Error('the fake exchange has no limits');
  },
};

export interface Told {
  readonly orders: Order[];
  readonly fills: Fill[];
  readonly events: ConnectionEvent[];
  readonly errors: TradeError[];
  readonly inits: boolean[];
  /** Every callback by name, in order. */
  readonly calls: string[];
}

export class Stage {
  readonly clock = new VirtualClock();
  readonly venue: FakeVenue;
  readonly journal: Journal;
  readonly environment: TradeEnvironment;
  readonly live = new Set<LiveTrade>();

  constructor(capabilities: Partial<Capabilities> = {}, journal: Journal = new MemoryJournal()) {
    this.venue = new FakeVenue(this.clock, capabilities);
    this.journal = journal;
    this.environment = {
      transport: {
        request: () => Promise.reject(new Error('no network here')),
        connect() {
          throw new Error('no network here');
        },
        close: async () => undefined,
      },
      clock: this.clock,
      random: seededRandom('stage'),
      log: silentLog,
      budgets: noBudgets,
      journal,
      sessions: new AccountSessions(),
      exchange: () => this.venue,
      trades: {
        add: (trade) => {
          this.live.add(trade);
          return () => {
            this.live.delete(trade);
          };
        },
      },
    };
  }

  options(options: Partial<TradeOptions> = {}): TradeOptions {
    return {
      strategy: 'test',
      platform: OKX,
      symbol: SYMBOL,
      account: 'me',
      accessKey: 'key',
      secretKey: 'secret',
      ...options,
    };
  }

  /** How many orders a Trade holds in memory, ended ones included. */
  trackedBy(trade: Trade): number {
    return trade.stats().tracked;
  }

  /** A Trade that writes down what it is told. Callbacks given are called as well. */
  trade(options: Partial<TradeOptions> = {}): { readonly trade: Trade; readonly told: Told } {
    const told: Told = { orders: [], fills: [], events: [], errors: [], inits: [], calls: [] };
    const trade = new Trade(
      this.options({
        ...options,
        onOrderUpdate: (order) => {
          told.orders.push(order);
          told.calls.push(`order ${order.orderId} ${order.status}`);
          return options.onOrderUpdate?.(order);
        },
        onFill: (fill) => {
          told.fills.push(fill);
          told.calls.push(`fill ${fill.tradeId}`);
          return options.onFill?.(fill);
        },
        onConnection: (event, info) => {
          told.events.push(event);
          told.calls.push(event.type);
          return options.onConnection?.(event, info);
        },
        onError: (error, info) => {
          told.errors.push(error);
          told.calls.push(`error ${error.kind}`);
          return options.onError?.(error, info);
        },
        onInit: (success, info) => {
          told.inits.push(success);
          told.calls.push(`init ${success}`);
          return options.onInit?.(success, info);
        },
      }),
      this.environment,
    );
    return { trade, told };
  }

  /** As `trade`, once it is ready. */
  async ready(options: Partial<TradeOptions> = {}): Promise<{ readonly trade: Trade; readonly told: Told }> {
    const made = this.trade(options);
    await this.clock.runFor(made.trade.ready);
    return made;
  }
}
