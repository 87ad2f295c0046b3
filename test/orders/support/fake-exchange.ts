// A scripted exchange behind the port: keeps orders and fills of its own, answers with a delay on the virtual clock, and fails on command.
// It knows no protocol; the order core cannot tell it from a connector.
import { Decimal } from '../../../src/domain/decimal.ts';
import { TradeError, fail, ok, type ErrorKind, type Outcome, type Result } from '../../../src/domain/errors.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import type { Assets, OrderAction, OrderType, TimeInForce } from '../../../src/domain/order.ts';
import {
  EMPTY_REPORT,
  type FillReport,
  type OrderReport,
  type ReportSource,
} from '../../../src/domain/order-report.ts';
import { OKX, type Platform } from '../../../src/domain/platform.ts';
import type {
  AccountConfig,
  AccountFeed,
  AccountFeedHandlers,
  CancelAllOutcome,
  CancelOutcome,
  Capabilities,
  CreateCommand,
  CreateOutcome,
  Exchange,
  ExchangeAccount,
  ExchangeEnvironment,
  OrderRef,
  QueryOutcome,
  Trading,
} from '../../../src/exchanges/exchange.ts';
import { sleep, type Clock } from '../../../src/seam/clock.ts';

export const SYMBOL = 'EOS/USDT';

export const INSTRUMENT: Instrument = {
  symbol: SYMBOL,
  rawSymbol: 'EOSUSDT',
  base: 'EOS',
  quote: 'USDT',
  tickSize: Decimal.from('0.001'),
  lotSize: Decimal.from('0.01'),
  minPrice: null,
  maxPrice: null,
  minQuantity: Decimal.from('0.01'),
  maxQuantity: Decimal.from('1000000'),
  minMarketQuantity: null,
  maxMarketQuantity: null,
  marketLotSize: null,
  minNotional: Decimal.from('1'),
  maxNotional: null,
  quotePrecision: 8,
  isTrading: true,
  extra: {},
};

const CAPABILITIES: Capabilities = {
  cancelAll: true,
  cancelBatchSize: 20,
  cancelNamesSymbol: true,
  socketOrderEntry: true,
  refusesDuplicateClientOrderId: true,
  postOnlyCrossing: 'refused',
  feeWithFill: true,
  forgetsCanceledAfterMs: null,
  placementValidMs: 5_000,
  deadMansSwitch: null,
  testnet: false,
  passphrase: false,
  ed25519Keys: false,
  marketBuyByBase: true,
};

export interface FakeOrder {
  readonly orderId: string;
  readonly clientOrderId: string | null;
  readonly action: OrderAction;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly price: Decimal | null;
  quantity: Decimal;
  filled: Decimal;
  value: Decimal;
  /** `failed`: accepted, and ended because it was post-only and would have taken. */
  life: 'open' | 'filled' | 'canceled' | 'failed';
  reason: string | null;
  readonly ctime: number;
  utime: number;
  readonly fills: FillReport[];
}

/** What happens to the next request of a kind. The default does what an exchange does. */
export type Fault =
  /** Carried out, the reply lost: the outcome is unknown after the time-out. */
  | 'reply-lost'
  /** Carried out, and the connection breaks before the reply: the outcome is unknown at once. */
  | 'cut'
  /** Never arrives; the outcome is unknown after the time-out. */
  | 'request-lost'
  /** Certain that nothing left. */
  | 'not-sent'
  /** The exchange says no, and why, and perhaps for how long, ms. */
  | { readonly reject: ErrorKind; readonly retryAfter?: number }
  /** A cancel that waits inside for that long, ms, before it leaves: as for a rate limit. */
  | { readonly heldFor: number }
  /** Carried out that many ms later than the time-out. */
  | { readonly lateBy: number };

type Request =
  | 'create'
  | 'cancel'
  | 'cancelAll'
  | 'query'
  | 'openOrders'
  | 'fills'
  | 'prepare'
  | 'instrument'
  | 'assets';

export function errorOf(kind: ErrorKind, outcome: Outcome, message: string = kind): TradeError {
  return new TradeError(message, { kind, outcome });
}

function refusalOf({ reject, retryAfter }: { readonly reject: ErrorKind; readonly retryAfter?: number }): TradeError {
  return new TradeError(reject, { kind: reject, outcome: 'rejected', retryAfter });
}

export class FakeVenue implements Exchange {
  readonly platform: Platform = OKX;
  readonly clientOrderIds = {
    maxLength: 32,
    pattern: /^[A-Za-z0-9]{1,32}$/,
    description: '1 to 32 letters and digits',
  };
  readonly capabilities: Capabilities;
  readonly clock: Clock;
  readonly orders: FakeOrder[] = [];
  /** One entry per request, in order of arrival at the connector. */
  readonly requests: string[] = [];
  readonly faults = new Map<Request, Fault[]>();
  /** Queries are refused, to be asked again after so many ms; null: they are answered. */
  queriesAgainAfter: number | null = null;
  /** How long a request takes, one way and back. */
  delayMs = 20;
  /** Whether changes are pushed, and with what delay; null: lost. */
  pushDelayMs: number | null = 5;
  /** Whether a push tells the fee of its fill. */
  feeInPush = true;
  /** Whether the reply to a cancel is the end of the order. */
  cancelReplyIsFinal = true;
  /** Whether the answer to a query repeats the client's id. */
  queryTellsClientId = true;
  /** Queries do not see an order before it is this old, ms. */
  invisibleForMs = 0;
  /** Says that it knows no order and lists none. What happens goes on happening. */
  hasAmnesia = false;
  /** Whether the list of fills tells the client's id of each. */
  fillsNameClientIds = false;
  /** Fills are listed so much later than they happen, ms. */
  fillsLagMs = 0;
  /** How much longer than others a question for fills takes, ms. */
  fillsDelayMs = 0;
  /** ... and one for an order. */
  queryDelayMs = 0;
  /** With `hasAmnesia`: the fills are listed all the same. */
  remembersFills = false;
  /** Of another account of the user: only the list of fills tells of it, and does not say whose it is. */
  othersOrder: string | null = null;
  /** Listed among the open orders, whatever became of it. */
  staleRow: OrderReport | null = null;
  /** ... and answered so when the order is asked for. */
  answersStale = false;
  /** Thrown by the next request for the open orders: a defect of the connector. */
  defect: Error | null = null;
  /** What the connector says of the clocks. The stamps on orders and fills stay those of the clock. */
  clockOffsetMs = 0;
  instrument: Instrument = INSTRUMENT;
  /** What the account is asked to hold; pushes are the test's own. */
  assets: Assets = {};
  /** Which world of orders it is: live. */
  name = '';
  sentCommands: CreateCommand[] = [];
  handlers: AccountFeedHandlers | null = null;
  live = false;
  opened = 0;
  closed = 0;
  /** What the closing of a connection takes. */
  closingMs = 0;
  private nextOrderId = 1001;
  private nextTradeId = 1;

  constructor(clock: Clock, capabilities: Partial<Capabilities> = {}) {
    this.clock = clock;
    this.capabilities = { ...CAPABILITIES, ...capabilities };
  }

  endpoints(): Record<string, string> {
    return { rest: 'https://exchange.test' };
  }

  venue(): string {
    return this.name;
  }

  checkCredentials(): void {}

  openMarket(): never {
    throw new Error('the fake exchange has no market');
  }

  open(_config: AccountConfig, environment: ExchangeEnvironment): ExchangeAccount {
    this.opened++;
    return new FakeAccount(this, environment.clock);
  }

  /** Queues faults for the next requests of a kind. */
  fault(request: Request, ...faults: Fault[]): void {
    this.faults.set(request, [...(this.faults.get(request) ?? []), ...faults]);
  }

  nextFault(request: Request): Fault | null {
    return this.faults.get(request)?.shift() ?? null;
  }

  count(request: Request): number {
    return this.requests.filter((name) => name === request || name.startsWith(`${request} `)).length;
  }

  // What happens on the exchange.

  place(order: {
    clientOrderId?: string | null;
    action?: OrderAction;
    orderType?: OrderType;
    timeInForce?: TimeInForce;
    price?: string | null;
    quantity?: string;
  }): FakeOrder {
    const now = this.clock.now();
    const placed: FakeOrder = {
      orderId: String(this.nextOrderId++),
      clientOrderId: order.clientOrderId ?? null,
      action: order.action ?? 'SELL',
      orderType: order.orderType ?? 'LIMIT',
      timeInForce: order.timeInForce ?? 'GTC',
      price: order.price === null ? null : Decimal.from(order.price ?? '2'),
      quantity: Decimal.from(order.quantity ?? '10'),
      filled: Decimal.ZERO,
      value: Decimal.ZERO,
      life: 'open',
      reason: null,
      ctime: now,
      utime: now,
      fills: [],
    };
    this.orders.push(placed);
    this.push(this.report(placed, 'push'));
    return placed;
  }

  fill(order: FakeOrder, quantity: string, price?: string): FillReport {
    const amount = Decimal.from(quantity);
    const at = price === undefined ? (order.price ?? Decimal.ONE) : Decimal.from(price);
    const fill: FillReport = {
      tradeId: String(this.nextTradeId++),
      price: at,
      quantity: amount,
      fee: at.mul(amount).mul(Decimal.from('0.001')),
      feeAsset: 'USDT',
      liquidity: 'maker',
      time: this.clock.now(),
    };
    order.fills.push(fill);
    order.filled = order.filled.add(amount);
    order.value = order.value.add(at.mul(amount));
    order.utime = this.clock.now();
    if (order.filled.gte(order.quantity)) order.life = 'filled';
    this.push({ ...this.report(order, 'push'), fill: this.feeInPush ? fill : { ...fill, fee: null, feeAsset: null } });
    return fill;
  }

  cancel(order: FakeOrder, reason: string | null = null, as: 'canceled' | 'failed' = 'canceled'): void {
    if (order.life !== 'open') return;
    order.life = as;
    order.reason = reason;
    order.utime = this.clock.now();
    this.push(this.report(order, 'push'));
  }

  report(order: FakeOrder, source: ReportSource): OrderReport {
    return {
      ...EMPTY_REPORT,
      source,
      symbol: SYMBOL,
      orderId: order.orderId,
      clientOrderId: order.clientOrderId,
      life: order.life,
      action: order.action,
      orderType: order.orderType,
      timeInForce: order.timeInForce,
      price: order.price,
      quantity: order.quantity,
      filled: order.filled,
      filledValue: order.value,
      reason: order.reason,
      ctime: order.ctime,
      utime: order.utime,
    };
  }

  fillReports(order: FakeOrder): OrderReport[] {
    const seen = order.fills.filter(({ time }) => this.clock.now() - time >= this.fillsLagMs);
    return seen.map((fill) => ({
      ...EMPTY_REPORT,
      source: 'fills' as const,
      symbol: SYMBOL,
      orderId: order.orderId,
      clientOrderId: this.fillsNameClientIds ? order.clientOrderId : null,
      action: order.action,
      fill,
    }));
  }

  push(report: OrderReport): void {
    if (this.pushDelayMs === null || !this.live) return;
    this.clock.after(this.pushDelayMs, () => {
      if (this.live) this.handlers?.onReports([report], this.clock.monotonic());
    });
  }

  /** The stream breaks; `restore` brings it back. */
  breakStream(reason = 'cut'): void {
    this.live = false;
    this.handlers?.onBroken(reason);
  }

  restore(): void {
    this.live = true;
    this.handlers?.onLive();
  }

  byRef(ref: OrderRef): FakeOrder | null {
    const order = this.anyByRef(ref);
    if (order === null || this.clock.now() - order.ctime < this.invisibleForMs || this.hasAmnesia) return null;
    return order;
  }

  anyByRef(ref: OrderRef): FakeOrder | null {
    return (
      this.orders.find(({ orderId }) => orderId === ref.orderId) ??
      (ref.clientOrderId === null
        ? null
        : (this.orders.findLast(({ clientOrderId }) => clientOrderId === ref.clientOrderId) ?? null))
    );
  }

  get openOrders(): FakeOrder[] {
    return this.orders.filter(({ life }) => life === 'open');
  }
}

class FakeAccount implements ExchangeAccount {
  readonly rest = { name: 'fake rest' };
  readonly feed: AccountFeed;
  readonly trading: Trading;
  private readonly venue: FakeVenue;
  private readonly clock: Clock;
  private rules: { readonly instrument: Instrument; readonly at: number } | null = null;

  constructor(venue: FakeVenue, clock: Clock) {
    this.venue = venue;
    this.clock = clock;
    this.feed = {
      start: (handlers) => {
        venue.handlers = handlers;
        clock.after(venue.delayMs, () => {
          handlers.onEvent({ type: 'open' });
          handlers.onEvent({ type: 'authenticated' });
          venue.restore();
        });
      },
      watch: () => undefined,
      stop: async () => {
        venue.handlers = null;
        venue.live = false;
      },
      get isLive() {
        return venue.live;
      },
    };
    this.trading = new FakeTrading(venue, clock);
  }

  async prepare(): Promise<Result<true>> {
    return this.simple('prepare', true);
  }

  async instrument(symbol: string, maxAgeMs = Infinity): Promise<Result<Instrument>> {
    if (symbol !== SYMBOL) return fail(errorOf('invalid-order', 'not-sent', `unknown symbol ${symbol}`));
    if (this.rules !== null && this.clock.monotonic() - this.rules.at < maxAgeMs) return ok(this.rules.instrument);
    const result = await this.simple('instrument', this.venue.instrument);
    if (result[0] !== null) this.rules = { instrument: result[0], at: this.clock.monotonic() };
    return result;
  }

  private async simple<T>(request: Request, value: T): Promise<Result<T>> {
    this.venue.requests.push(request);
    const fault = this.venue.nextFault(request);
    await sleep(this.clock, this.venue.delayMs);
    if (fault === null) return ok(value);
    if (typeof fault === 'object' && 'reject' in fault) return fail(errorOf(fault.reject, 'rejected'));
    return fail(errorOf('network', 'not-sent', 'unreachable'));
  }

  async orderbook(): Promise<Result<never>> {
    return fail(errorOf('network', 'not-sent'));
  }

  async assets(): Promise<Result<Assets>> {
    return this.simple('assets', this.venue.assets);
  }

  async permissions(): Promise<Result<{ trade: boolean | null; withdraw: boolean | null }>> {
    return ok({ trade: true, withdraw: false });
  }

  clockOffset(): number {
    return this.venue.clockOffsetMs;
  }

  async close(): Promise<void> {
    if (this.venue.closingMs > 0) await sleep(this.venue.clock, this.venue.closingMs);
    this.venue.closed++;
  }
}

const TIMEOUT_MS = 5_000;

class FakeTrading implements Trading {
  private readonly venue: FakeVenue;
  private readonly clock: Clock;

  constructor(venue: FakeVenue, clock: Clock) {
    this.venue = venue;
    this.clock = clock;
  }

  refuse(): string | null {
    return null;
  }

  async create(command: CreateCommand): Promise<CreateOutcome> {
    const { venue, clock } = this;
    venue.requests.push(`create ${command.clientOrderId}`);
    venue.sentCommands.push(command);
    const fault = venue.nextFault('create');
    if (fault === 'not-sent') return { outcome: 'not-sent', error: errorOf('network', 'not-sent') };
    await sleep(clock, venue.delayMs / 2);
    if (typeof fault === 'object' && fault !== null && 'reject' in fault) {
      await sleep(clock, venue.delayMs / 2);
      return { outcome: 'rejected', error: errorOf(fault.reject, 'rejected', 'refused by the exchange') };
    }
    if (typeof fault === 'object' && fault !== null && 'lateBy' in fault) {
      clock.after(TIMEOUT_MS + fault.lateBy, () => this.carryOut(command));
    } else if (fault !== 'request-lost') {
      const order = this.carryOut(command);
      if (fault === 'cut') return { outcome: 'unknown', error: errorOf('network', 'unknown', 'connection lost') };
      if (fault !== 'reply-lost') {
        const report = { ...venue.report(order, 'create-reply'), filled: null, filledValue: null };
        await sleep(clock, venue.delayMs / 2);
        return { outcome: 'accepted', reports: [report] };
      }
    }
    await sleep(clock, TIMEOUT_MS);
    return { outcome: 'unknown', error: errorOf('timeout', 'unknown', 'no answer in time') };
  }

  private carryOut(command: CreateCommand): FakeOrder {
    return this.venue.place({
      clientOrderId: command.clientOrderId,
      action: command.action,
      orderType: command.orderType,
      timeInForce: command.timeInForce,
      price: command.price === null ? null : command.price.toString(),
      quantity: (command.quantity ?? Decimal.ONE).toString(),
    });
  }

  async cancel(_instrument: Instrument, refs: readonly OrderRef[]): Promise<readonly CancelOutcome[]> {
    this.venue.requests.push(`cancel ${refs.length}`);
    return Promise.all(refs.map((ref) => this.cancelOne(ref)));
  }

  private async cancelOne(ref: OrderRef): Promise<CancelOutcome> {
    const { venue, clock } = this;
    const fault = venue.nextFault('cancel');
    if (typeof fault === 'object' && fault !== null && 'heldFor' in fault) await sleep(clock, fault.heldFor);
    if (fault === 'not-sent') return { outcome: 'not-sent', error: errorOf('network', 'not-sent') };
    await sleep(clock, venue.delayMs / 2);
    if (typeof fault === 'object' && fault !== null && 'reject' in fault) {
      return { outcome: 'rejected', error: refusalOf(fault) };
    }
    const order = fault === 'request-lost' ? null : venue.byRef(ref);
    const wasOpen = order?.life === 'open';
    if (order !== null) venue.cancel(order);
    if (fault === 'request-lost' || fault === 'reply-lost') {
      await sleep(clock, TIMEOUT_MS);
      return { outcome: 'unknown', error: errorOf('timeout', 'unknown') };
    }
    await sleep(clock, venue.delayMs / 2);
    if (order === null || !wasOpen)
      return { outcome: 'gone', error: errorOf('order-not-found', 'rejected', 'unknown order') };
    return { outcome: 'accepted', reports: venue.cancelReplyIsFinal ? [venue.report(order, 'cancel-reply')] : [] };
  }

  async cancelAll(): Promise<CancelAllOutcome> {
    const { venue, clock } = this;
    venue.requests.push('cancelAll');
    const fault = venue.nextFault('cancelAll');
    if (fault === 'not-sent') return { outcome: 'not-sent', error: errorOf('network', 'not-sent') };
    await sleep(clock, venue.delayMs / 2);
    if (typeof fault === 'object' && fault !== null && 'reject' in fault) {
      return { outcome: 'rejected', error: refusalOf(fault) };
    }
    const open = fault === 'request-lost' ? [] : venue.openOrders;
    for (const order of open) venue.cancel(order);
    if (fault === 'request-lost' || fault === 'reply-lost') {
      await sleep(clock, TIMEOUT_MS);
      return { outcome: 'unknown', error: errorOf('timeout', 'unknown') };
    }
    const reports = venue.cancelReplyIsFinal ? open.map((order) => venue.report(order, 'cancel-reply')) : [];
    await sleep(clock, venue.delayMs / 2);
    return { outcome: 'accepted', reports };
  }

  async query(_instrument: Instrument, ref: OrderRef): Promise<QueryOutcome> {
    const { venue, clock } = this;
    venue.requests.push(`query ${ref.orderId ?? ref.clientOrderId ?? ''}`);
    const fault = venue.nextFault('query');
    await sleep(clock, venue.delayMs / 2 + venue.queryDelayMs);
    const order = venue.byRef(ref);
    const isStale = venue.answersStale && venue.staleRow !== null && order?.orderId === venue.staleRow.orderId;
    const current = order === null ? null : venue.report(order, 'query');
    const found = isStale && venue.staleRow !== null ? { ...venue.staleRow, source: 'query' as const } : current;
    const report = found === null || venue.queryTellsClientId ? found : { ...found, clientOrderId: null };
    await sleep(clock, venue.delayMs / 2);
    if (fault !== null) return { outcome: 'no-answer', error: errorOf('network', 'unknown') };
    const retryAfter = venue.queriesAgainAfter;
    if (retryAfter !== null)
      return {
        outcome: 'no-answer',
        error: new TradeError('ban', { kind: 'rate-limited', outcome: 'rejected', retryAfter }),
      };
    const isOthers = order !== null && order.orderId === venue.othersOrder;
    if (report === null || isOthers)
      return { outcome: 'not-found', error: errorOf('order-not-found', 'rejected'), isOthers };
    return { outcome: 'found', reports: [report] };
  }

  async openOrders(): Promise<Result<readonly OrderReport[]>> {
    const { venue, clock } = this;
    venue.requests.push('openOrders');
    const fault = venue.nextFault('openOrders');
    await sleep(clock, venue.delayMs / 2);
    const { defect } = venue;
    venue.defect = null;
    if (defect !== null) throw defect;
    const listed = venue.hasAmnesia ? [] : venue.openOrders.filter(({ orderId }) => orderId !== venue.othersOrder);
    const reports = listed.map((order) => venue.report(order, 'open-orders'));
    if (venue.staleRow !== null) reports.push(venue.staleRow);
    await sleep(clock, venue.delayMs / 2);
    if (typeof fault === 'object' && fault !== null && 'reject' in fault) return fail(refusalOf(fault));
    return fault === null ? ok(reports) : fail(errorOf('network', 'unknown'));
  }

  async fills(
    _instrument: Instrument,
    of: { readonly ref: OrderRef; readonly placedAt?: number } | { readonly since: number },
  ): Promise<Result<readonly OrderReport[]>> {
    const { venue, clock } = this;
    if ('since' in of) venue.requests.push('fills since');
    else venue.requests.push(`fills ${of.ref.orderId ?? of.ref.clientOrderId ?? ''} placed at ${of.placedAt}`);
    const fault = venue.nextFault('fills');
    await sleep(clock, venue.delayMs / 2 + venue.fillsDelayMs);
    const reports =
      'ref' in of
        ? [venue.remembersFills ? venue.anyByRef(of.ref) : venue.byRef(of.ref)]
            .filter((order) => order !== null)
            .flatMap((order) => venue.fillReports(order))
        : venue.orders.flatMap((order) => venue.fillReports(order)).filter(({ fill }) => (fill?.time ?? 0) >= of.since);
    await sleep(clock, venue.delayMs / 2);
    return fault === null ? ok(reports) : fail(errorOf('network', 'unknown'));
  }

  async armDeadMansSwitch(): Promise<Result<true>> {
    return ok(true);
  }
}
