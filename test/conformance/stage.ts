// One exchange in memory and a strategy on it, for the suite that every exchange inherits: a quiet market in which only the test trades.
// Everything is said in neutral words; what an exchange's order needs besides is its subject's part.
import type { TradeError, Result } from '../../src/domain/errors.ts';
import type { Fill, Order } from '../../src/domain/order.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { TradingPlace } from '../../src/domain/live-trade.ts';
import type { Platform } from '../../src/domain/platform.ts';
import { DEFAULT_UNFINISHED_ORDERS, type UnfinishedOrders } from '../../src/domain/unfinished-orders.ts';
import type { ExchangeAccount } from '../../src/exchanges/exchange.ts';
import { exchangeOf } from '../../src/exchanges/index.ts';
import { AccountSessions } from '../../src/orders/account-sessions.ts';
import type { ConnectionEvent } from '../../src/orders/connection-event.ts';
import type { TradeEnvironment } from '../../src/orders/environment.ts';
import { MemoryJournal } from '../../src/orders/memory-journal.ts';
import { DEFAULT_TIMINGS, type TradeOptions } from '../../src/orders/trade-options.ts';
import type { AccessEnvironment } from '../../src/runtime/assembly/account-access.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import type { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../src/seam/log.ts';
import type { MatchingVenue } from '../../src/simulator/engine/venue.ts';
import type { InjectedFault } from '../../src/simulator/faults/faults.ts';
import type { FaultRule } from '../../src/simulator/faults/vocabulary.ts';
import { createSimulation, type Simulation, type SimulationOptions } from '../../src/simulator/simulation.ts';
import type { VenueOrder } from '../../src/simulator/venue.ts';
import { Trade } from '../../src/trade.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';
import { order, RULES } from '../simulator/support.ts';
import { asLive } from '../support/as-live.ts';

export const SYMBOL = 'EOS/USDT';

/** All that an exchange supplies. */
export interface Subject {
  readonly platform: Platform;
  /** What an order that was placed by hand, past this program, carries in the simulator. */
  readonly handTag: Readonly<Record<string, string>>;
}

export interface Told {
  readonly orders: Order[];
  readonly fills: Fill[];
  readonly errors: TradeError[];
  readonly events: ConnectionEvent[];
  /** `init true`, `order 5 FILLED`, `error auth`, in order. */
  readonly calls: string[];
}

export interface Running {
  readonly trade: Trade;
  readonly told: Told;
  /** Times (virtual ms) at which a REST request left. */
  readonly requests: number[];
  /** The process dies: nothing of it runs any more. */
  readonly kill: () => Promise<void>;
}

export class Stage {
  readonly subject: Subject;
  readonly simulation: Simulation;
  readonly clock: VirtualClock;
  readonly venue: MatchingVenue;
  /** Outlives processes. */
  readonly journal = new MemoryJournal();
  private readonly injected: { readonly rule: FaultRule; readonly fault: InjectedFault }[] = [];
  private lives = 0;
  private readonly running = new Set<Trade>();

  private constructor(subject: Subject, simulation: Simulation) {
    this.subject = subject;
    this.simulation = simulation;
    this.clock = simulation.clock;
    this.venue = simulation.venue(subject.platform);
  }

  static async open(subject: Subject, options: SimulationOptions = {}): Promise<Stage> {
    const simulation = await createSimulation({
      exchanges: [subject.platform],
      market: 'quiet',
      accounts: 2,
      seed: 'conformance',
      ...options,
    });
    return new Stage(subject, simulation);
  }

  async close(): Promise<void> {
    for (const trade of this.running) await this.clock.runFor(trade.close());
    this.simulation.close();
  }

  get uid(): number {
    return this.venue.accounts[0]?.uid ?? 0;
  }

  /** @param mustStrike false: a fault that must not be met */
  fault(rule: FaultRule, mustStrike = true): void {
    const fault = this.simulation.exchanges.get(this.subject.platform)?.faults.inject(rule);
    if (fault !== undefined && mustStrike) this.injected.push({ rule, fault });
  }

  /** Faults that never struck: a case with one of them has tested nothing. */
  get idleFaults(): string[] {
    return this.injected
      .filter(({ rule, fault }) => rule.fault !== 'clock-skew' && fault.strikes === 0)
      .map(({ rule }) => rule.fault);
  }

  private environment(
    requests: number[],
  ): TradeEnvironment & { readonly transport: ReturnType<Simulation['transport']> } {
    const transport = this.simulation.transport();
    const { clock } = this;
    return {
      transport: {
        request: (call) => {
          requests.push(clock.now());
          return transport.request(call);
        },
        connect: (url, handlers, options) => transport.connect(url, handlers, options),
        close: () => transport.close(),
        kill: () => transport.kill(),
        get openSockets() {
          return transport.openSockets;
        },
      },
      clock,
      random: seededRandom(`life ${this.lives++}`),
      log: silentLog,
      budgets: createRateBudgets(),
      journal: this.journal,
      sessions: new AccountSessions(),
      exchange: (platform) => asLive(exchangeOf(platform)),
    };
  }

  private credentials(): Pick<TradeOptions, 'accessKey' | 'secretKey' | 'passphrase' | 'endpoints' | 'account'> {
    const account = this.simulation.accounts[0]!;
    const { capabilities } = exchangeOf(this.subject.platform);
    return {
      account: account.name,
      accessKey: account.accessKey,
      secretKey: account.secretKey,
      ...(capabilities.passphrase ? { passphrase: account.passphrase } : {}),
      endpoints: this.simulation.endpoints[this.subject.platform],
    };
  }

  /** What a supervisor of the Trade has: its place, and a world of its own. */
  supervisor(unfinishedOrders: Partial<UnfinishedOrders> = {}): {
    place: TradingPlace;
    environment: AccessEnvironment;
  } {
    const account = this.simulation.accounts[0]!;
    const place = {
      strategy: 'conformance',
      platform: this.subject.platform,
      account: account.name,
      symbol: SYMBOL,
      accessKey: account.accessKey,
      secretKey: new Secret(account.secretKey),
      passphrase: exchangeOf(this.subject.platform).capabilities.passphrase ? new Secret(account.passphrase) : null,
      endpoints: this.simulation.endpoints[this.subject.platform] ?? {},
      unfinishedOrders: { ...DEFAULT_UNFINISHED_ORDERS, ...unfinishedOrders },
    };
    return { place, environment: this.environment([]) };
  }

  trade(options: Partial<TradeOptions> = {}): Running {
    const told: Told = { orders: [], fills: [], errors: [], events: [], calls: [] };
    const requests: number[] = [];
    const environment = this.environment(requests);
    const trade = new Trade(
      {
        strategy: 'conformance',
        platform: this.subject.platform,
        symbol: SYMBOL,
        ...this.credentials(),
        ...options,
        onOrderUpdate: (update) => {
          told.orders.push(update);
          told.calls.push(`order ${update.orderId} ${update.status}`);
        },
        onFill: (fill) => {
          told.fills.push(fill);
          told.calls.push(`fill ${fill.tradeId}`);
        },
        onError: (error) => {
          told.errors.push(error);
          told.calls.push(`error ${error.kind}`);
        },
        onConnection: (event) => void told.events.push(event),
        onInit: async (success, info) => {
          told.calls.push(`init ${success}`);
          await options.onInit?.(success, info);
        },
      },
      environment,
    );
    this.running.add(trade);
    const kill = async (): Promise<void> => {
      this.running.delete(trade);
      environment.transport.kill();
      await this.clock.runFor(trade.close());
    };
    return { trade, told, requests, kill };
  }

  async ready(options: Partial<TradeOptions> = {}): Promise<Running> {
    const running = this.trade(options);
    if (!(await this.clock.runFor(running.trade.ready))) throw new Error(running.told.calls.join(', '));
    // Sockets for orders open at their own pace.
    await this.clock.advance(500);
    return running;
  }

  /** The connector by itself, prepared. */
  async connector(): Promise<ExchangeAccount> {
    const { accessKey, secretKey, passphrase, endpoints, account } = this.credentials();
    const exchange = exchangeOf(this.subject.platform);
    const opened = exchange.open(
      {
        account,
        accessKey,
        secretKey: new Secret(String(secretKey)),
        passphrase: passphrase === undefined ? null : new Secret(String(passphrase)),
        endpoints: exchange.endpoints(endpoints),
        timings: DEFAULT_TIMINGS,
      },
      this.environment([]),
    );
    value(await this.clock.runFor(opened.prepare()));
    return opened;
  }

  run<T>(promise: Promise<T>, limitMs = 120_000): Promise<T> {
    return this.clock.runFor(promise, limitMs);
  }

  /** An order of the other account, past every wire. */
  other(side: 'BUY' | 'SELL', price: string, quantity: string): void {
    const uid = this.venue.accounts[1]?.uid ?? 0;
    const placed = this.venue.place(uid, order(side, price, quantity, { symbol: SYMBOL }), RULES);
    if (!placed.ok) throw new Error(`the other account's order was refused: ${placed.rejection}`);
  }

  /** An order on our account that somebody placed by hand; its id. */
  byHand(price = '0.5', quantity = '20', symbol = SYMBOL): string {
    const placed = this.venue.place(
      this.uid,
      order('BUY', price, quantity, {
        symbol,
        clientOrderId: `hand${this.lives++}`,
        tag: this.subject.handTag,
      }),
      RULES,
    );
    if (!placed.ok) throw new Error(`the order by hand was refused: ${placed.rejection}`);
    return String(placed.order.orderId);
  }

  /** Our order as the exchange has it. */
  truth(orderId: string | null): VenueOrder {
    const found = this.venue.orders(this.uid, SYMBOL).find((one) => String(one.orderId) === orderId);
    if (found === undefined) throw new Error(`the exchange has no order ${orderId}`);
    return found;
  }

  get openIds(): string[] {
    return this.venue.openOrders(this.uid, SYMBOL).map(({ orderId }) => String(orderId));
  }
}

export function value<T>([result, error]: Result<T>): T {
  if (error !== null) throw error;
  return result;
}

/** The statuses an order went through, as the strategy was told. */
export function statusesOf({ orders }: Told, orderId: string): string[] {
  return orders.filter((one) => one.orderId === orderId).map(({ status }) => status);
}

export function last({ orders }: Told, orderId: string): Order {
  const found = orders.findLast((one) => one.orderId === orderId);
  if (found === undefined) throw new Error(`nothing was told of ${orderId}`);
  return found;
}
