// One strategy's place at one account's table: wires session, order manager, submit, revoke and reconcile of one symbol together,
// and knows its life - loading, ready, gap, closing. What the strategy's callbacks look like is trade.ts's part.

import { RevokeError, TradeError, fail, ok, type Result } from '../domain/errors.ts';
import type { SymbolRules } from '../domain/instrument.ts';
import { ORDER_STATUS_NONE, type Assets, type Orderbook } from '../domain/order.ts';
import type { OrderReport } from '../domain/order-report.ts';
import type { RevokeReceipt, RevokeTrigger, UnfinishedOrders } from '../domain/unfinished-orders.ts';
import type { AccountConfig, Exchange, FeedEvent } from '../exchanges/exchange.ts';
import { isFatal, type AccountSession, type SessionMember } from './account-session.ts';
import { ClientOrderIds, isOwn } from './client-order-id.ts';
import { ConnectionHolder, type Connection } from './connection.ts';
import type { ConnectionEvent } from './connection-event.ts';
import { LookUps } from './doubt.ts';
import type { TradeEnvironment } from './environment.ts';
import { Gap } from './gap.ts';
import type { OrderJournal } from './journal.ts';
import { MissingFacts } from './missing-facts.ts';
import { OrderManager, type OrderSink } from './order-manager.ts';
import type { OrderRequest } from './order-request.ts';
import { Reconciler, type ReconcileKind } from './reconciler.ts';
import { RevokeAll } from './revoke-all.ts';
import { Revoke, type RevokeParts } from './revoke.ts';
import type { Place } from './snapshot.ts';
import { Stats } from './stats.ts';
import { blindReceipt, settleOrders, unfinishedIds } from './stopping.ts';
import { Submit } from './submit.ts';
import type { TrackedOrder } from './tracked-order.ts';
import { TradingRules } from './trading-rules.ts';

interface DeskHandlers extends OrderSink {
  onAssets(assets: Assets): void;
  onConnection(event: ConnectionEvent): void;
  onError(error: TradeError): void;
  /** Once: everything is loaded and live, or it will never be. */
  onReady(error: TradeError | null): void;
}

interface DeskParts {
  readonly place: Place;
  readonly exchange: Exchange;
  readonly config: AccountConfig;
  readonly environment: TradeEnvironment;
  readonly unfinishedOrders: UnfinishedOrders;
  /** Orders may be placed while the private stream is not live. */
  readonly tradeDuringGaps: boolean;
  readonly handlers: DeskHandlers;
}

/** Omit that keeps the members of a union apart. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A strategy that was down for longer does not hear of what strangers' orders did meanwhile. */
const LONGEST_LOOK_BACK_MS = 3_600_000;
/** Orders that ended this long before cannot turn up among the fills that are asked for. */
const FINISHED_MARGIN_MS = 120_000;
const START_REVOKE_LIMIT_MS = 30_000;
/** Of the first comparison, with some seconds between the first and the last: then it is taken for the exchange's last word. */
const MOST_REFUSALS = 5;
/** Beyond the time a request may take: what is still in doubt then is revoke's to find. */
const SETTLE_MARGIN_MS = 1_000;

export class Desk implements SessionMember {
  readonly symbol: string;
  readonly manager: OrderManager;
  readonly stats: Stats;
  private readonly parts: DeskParts;
  private readonly session: AccountSession;
  private readonly journal: OrderJournal;
  private readonly reconciler: Reconciler;
  private readonly facts: MissingFacts;
  private readonly connections: ConnectionHolder;
  private readonly rules: TradingRules;
  private readonly submit: Submit;
  private readonly revoking: RevokeParts;
  private readonly lookUps: LookUps;
  private readonly gap: Gap;
  private phase: 'loading' | 'ready' | 'failed' = 'loading';
  private synced = false;
  private gateClosed = false;
  private closed = false;
  private failure: TradeError | null = null;
  private troubleTold = false;
  private refusalTold = false;
  private refusals = 0;

  constructor(parts: DeskParts) {
    this.parts = parts;
    const { place, exchange, config, environment, handlers } = parts;
    const { clock, random, log } = environment;
    const { timings } = config;
    this.symbol = place.symbol;
    this.stats = new Stats(clock);
    const venue = exchange.venue(config.endpoints);
    this.journal = environment.journal.open({ ...place, venue });
    this.connections = new ConnectionHolder(clock);
    const connection = (): Connection | null => this.connections.current;
    const background = (work: Promise<unknown>): void => this.background(work);
    this.rules = new TradingRules({ place, clock, random, log, connections: this.connections, background });
    const isOurs = (id: string): boolean => isOwn(place.strategy, id);
    this.facts = new MissingFacts({
      clock,
      connection,
      manager: () => this.manager,
      isBusy: () => this.reconciler.isRunning,
      background,
    });
    this.manager = new OrderManager({
      place,
      clock,
      log,
      journal: this.journal,
      feeWait: timings.feeWait,
      isOwn: isOurs,
      sink: handlers,
      needs: this.facts,
    });
    this.gap = new Gap(clock, this.manager);
    this.lookUps = new LookUps({
      clock,
      log,
      manager: this.manager,
      notFoundAfter: timings.notFoundAfter,
      // Whatever is not live is emptied now and then: a testnet once a month (binance.md A1), a simulator with each start.
      forgetsCanceledAfter: venue === '' ? exchange.capabilities.forgetsCanceledAfterMs : 0,
      connection,
      newsFrom: (offset) => this.reconciler.newsFrom(offset),
      background,
      isStopped: () => this.closed,
    });
    this.reconciler = new Reconciler({
      clock,
      manager: this.manager,
      connection,
      reconcileEvery: timings.reconcileEvery,
      background,
      onDone: (kind, provenAt, unknown) => this.onReconciled(kind, provenAt, unknown),
      onTrouble: (error) => this.onReconcileTrouble(error),
    });
    this.submit = new Submit({
      place,
      clock,
      log,
      journal: this.journal,
      manager: this.manager,
      timings,
      rules: exchange.clientOrderIds,
      ids: new ClientOrderIds(place.strategy, clock, random),
      stats: this.stats,
      connection,
      gate: (evenIfNotReady) => this.gate(evenIfNotReady),
      lookUp: (order) => this.lookUps.start(order),
    });
    this.revoking = {
      place,
      clock,
      journal: this.journal,
      manager: this.manager,
      timings,
      capabilities: exchange.capabilities,
      stats: this.stats,
      isLive: () => this.session.isLive && this.synced,
    };
    this.session = environment.sessions.acquire(exchange, config, environment);
  }

  /** Loads, connects, reconciles; then `onReady`. Call once. */
  start(): void {
    this.background(this.begin());
  }

  private async begin(): Promise<void> {
    if (this.closed) return;
    this.manager.takeUp(this.journal.load());
    const { clock } = this.parts.environment;
    const proof = this.journal.lastProof();
    // How far the first load looks back for fills of orders that nobody here has ever seen.
    const since = Math.max(proof ?? -Infinity, clock.now() - LONGEST_LOOK_BACK_MS);
    if (proof !== null) this.reconciler.lookBackTo(since);
    // One that is in doubt is looked for among the fills since it left, which may be longer ago than the last proof.
    const finishedFrom = Math.min(since, this.manager.tracker.oldestUnanswered()) - FINISHED_MARGIN_MS;
    for (const { orderId, status } of this.journal.finishedSince(finishedFrom))
      if (status !== ORDER_STATUS_NONE) this.manager.tracker.rememberPast(orderId, status);
    // What was still to be told has been, and the strategy may have closed this Trade over it.
    if (this.closed) return;
    const instrument = await this.session.join(this);
    if (instrument === null || this.closed) return;
    this.connections.set({ account: this.session.connector, instrument });
    this.rules.start();
    this.session.watch(this, instrument);
  }

  get restApi(): object {
    return this.session.connector.rest;
  }

  get symbolRules(): SymbolRules | null {
    return this.rules.current;
  }

  get assets(): Assets {
    return this.session.assets;
  }

  /** When the view was last proven equal to the exchange's (our clock, ms). */
  get lastProof(): number | null {
    return this.reconciler.lastProof;
  }

  /** The connection; while there is none yet, waits as long as a caller can be expected to, and no longer than `mostMs`. */
  private async connected(mostMs = Infinity): Promise<Connection | TradeError> {
    const { place, config } = this.parts;
    const connection = await this.connections.wait(Math.min(config.timings.inDoubtPatience, mostMs));
    if (this.closed) return new TradeError('this Trade is closed', { kind: 'closed', outcome: 'not-sent', ...place });
    if (connection !== null) return connection;
    const message = 'the exchange could not be reached yet';
    return this.failure ?? new TradeError(message, { kind: 'not-ready', outcome: 'not-sent', ...place });
  }

  private gate(evenIfNotReady: boolean): { readonly kind: 'closed' | 'not-ready'; readonly message: string } | null {
    if (this.closed) return { kind: 'closed', message: 'this Trade is closed' };
    if (this.gateClosed) return { kind: 'closed', message: 'stopping: no new orders are taken' };
    if (this.failure !== null)
      return { kind: 'not-ready', message: `the account failed for good: ${this.failure.message}` };
    if (this.synced || evenIfNotReady || this.parts.tradeDuringGaps) return null;
    const message =
      this.phase === 'loading'
        ? 'not ready yet: await trade.ready or trade in onInit'
        : 'the private stream is broken and being restored; pass { evenIfNotReady: true } to place orders all the same';
    return { kind: 'not-ready', message };
  }

  createOrder(request: OrderRequest): Promise<Result<string>> {
    const { rules, submit } = this;
    const result = rules.isClosed ? rules.look().then(() => submit.create(request)) : submit.create(request);
    // A failure is the caller's to hear.
    result.then(rules.onResult, () => undefined);
    return result;
  }

  /** @param ids none: every unfinished order the policy concerns */
  async revokeOrder(ids: readonly string[]): Promise<Result<string[]>> {
    const { place } = this.parts;
    const at = await this.connected();
    if (at instanceof TradeError) {
      const error = at.at(place);
      if (ids.length === 1) return fail(error);
      const failed = ids.map((orderId) => ({ orderId, error }));
      return fail(new RevokeError([], failed, place, error));
    }
    if (ids.length === 0) {
      const { revoked, failed, error } = await this.revokeAll(
        at,
        'strategy',
        this.parts.config.timings.inDoubtPatience,
      );
      if (failed.length === 0 && error === null) return ok([...revoked]);
      return fail(new RevokeError(revoked, failed, place, error ?? undefined));
    }
    const { revoked, failed } = await new Revoke(this.revoking).orders(ids, at);
    const [first] = failed;
    if (first === undefined) return ok([...revoked]);
    return fail(ids.length === 1 ? first.error : new RevokeError(revoked, failed, place));
  }

  private revokeAll(at: Connection, trigger: RevokeTrigger, limitMs: number): ReturnType<RevokeAll['run']> {
    const { unfinishedOrders, place } = this.parts;
    const parts = {
      ...this.revoking,
      isOwn: (id: string) => isOwn(place.strategy, id),
    };
    return new RevokeAll(parts, at, unfinishedOrders.whose).run(trigger, limitMs);
  }

  /** The revoke at the end of the process. Never rejects. */
  async revokeAtStop(timeLimitMs: number): Promise<RevokeReceipt> {
    const { place, unfinishedOrders, environment } = this.parts;
    const deadline = environment.clock.monotonic() + timeLimitMs;
    const at = await this.connected(timeLimitMs);
    // What is said after the time is over nobody hears.
    const leftMs = Math.max(0, deadline - environment.clock.monotonic());
    if (!(at instanceof TradeError)) return (await this.revokeAll(at, 'stop', leftMs)).receipt;
    const left = this.unfinished();
    // With a key that never worked nothing can have been placed.
    const error = this.phase === 'failed' && left.length === 0 ? null : at.message;
    const receipt = blindReceipt(place, unfinishedOrders.whose, left, error, environment.clock.now());
    this.journal.receipt(receipt);
    return receipt;
  }

  async getOpenOrderIds(): Promise<Result<string[]>> {
    const at = await this.connected();
    if (at instanceof TradeError) return fail(at.at(this.parts.place));
    const [reports, error] = await at.account.trading.openOrders(at.instrument);
    if (reports === null) return fail(error.at(this.parts.place));
    return ok(reports.map(({ orderId }) => orderId).filter((id) => id !== null));
  }

  async getOrderbook(depth: number): Promise<Result<Orderbook>> {
    const at = await this.connected();
    if (at instanceof TradeError) return fail(at.at(this.parts.place));
    const [book, error] = await at.account.orderbook(at.instrument, depth);
    if (book === null) return fail(error.at(this.parts.place));
    // Exchanges offer a few sizes only.
    return ok({ ...book, asks: book.asks.slice(0, depth), bids: book.bids.slice(0, depth) });
  }

  closeGate(): void {
    this.gateClosed = true;
  }

  get isGateClosed(): boolean {
    return this.gateClosed;
  }

  unfinished(): readonly string[] {
    return unfinishedIds(this.manager, this.parts.unfinishedOrders.whose);
  }

  /** Resolves when nothing is on its way; doubt is waited for no longer than a request may take. */
  settle(): Promise<void> {
    const { environment, config } = this.parts;
    return settleOrders(this.manager, environment.clock, config.timings.requestTimeout + SETTLE_MARGIN_MS);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.reconciler.stop();
    this.facts.stop();
    this.rules.stop();
    this.manager.stop();
    // Whoever waits for an order looks up and sees that it is over.
    for (const order of this.manager.tracker.open.values()) order.changed();
    this.connections.finish();
    this.session.leave(this);
    await this.parts.environment.sessions.release(this.session);
  }

  // What the session tells us.

  onLive(): void {
    if (this.gap.isOpen) this.event({ type: 'reconnected' });
    this.reconciler.onLive();
  }

  onBroken(reason: string): void {
    this.synced = false;
    this.reconciler.onBroken();
    if (this.phase !== 'ready' || !this.gap.open()) return;
    this.stats.gaps++;
    this.event({ type: 'gap-opened', reason });
  }

  onReports(reports: readonly OrderReport[], receivedAt: number): void {
    this.reconciler.onReports(reports, receivedAt);
  }

  onAssets(assets: Assets): void {
    this.parts.handlers.onAssets(assets);
  }

  onEvent(event: FeedEvent): void {
    this.event(event);
    if (event.type === 'authenticated') this.refusalTold = false;
    if (event.type !== 'exception' || event.error.kind !== 'auth' || this.refusalTold || this.phase !== 'ready') return;
    // It is tried again, and may last: a strategy that looks at errors only must hear of it, once.
    this.refusalTold = true;
    this.parts.handlers.onError(event.error.at(this.parts.place));
  }

  onTrouble(error: TradeError, attempt: number, retryInMs: number): void {
    this.tellTrouble(error);
    this.event({ type: 'reconnecting', attempt, retryInMs, reason: error.message });
  }

  /** Trouble that passes is for onConnection; while the strategy still waits for onInit it hears once through onError, too. */
  private tellTrouble(error: TradeError): void {
    this.event({ type: 'exception', error: error.at(this.parts.place) });
    if (this.troubleTold || this.phase !== 'loading') return;
    this.troubleTold = true;
    this.parts.handlers.onError(error.at(this.parts.place));
  }

  onFatal(error: TradeError): void {
    if (this.failure !== null || this.closed) return;
    this.failure = error.at(this.parts.place);
    this.synced = false;
    this.reconciler.stop();
    this.rules.stop();
    this.connections.finish();
    this.parts.handlers.onError(this.failure);
    if (this.phase !== 'loading') return;
    this.phase = 'failed';
    this.parts.handlers.onReady(this.failure);
  }

  /** Returns whether to ask again. */
  private onReconcileTrouble(error: TradeError): boolean {
    if (!isFatal(error) || this.phase !== 'loading') {
      this.tellTrouble(error);
      return true;
    }
    // The key was taken a moment ago. What refuses it now may be a ban, or a gateway on the way (binance.md A3.1, D7).
    const mayPass = error.kind === 'auth' || error.kind === 'rejected';
    if (!mayPass || ++this.refusals >= MOST_REFUSALS) {
      this.onFatal(error);
      return false;
    }
    this.event({ type: 'exception', error: error.at(this.parts.place) });
    return true;
  }

  private onReconciled(kind: ReconcileKind, provenAt: number, unknown: readonly TrackedOrder[]): void {
    this.synced = true;
    this.journal.proof(provenAt);
    for (const order of this.manager.tracker.open.values()) if (order.phase === 'doubt') this.lookUps.start(order);
    for (const order of unknown) {
      order.isMissing = true;
      this.lookUps.start(order);
    }
    if (kind === 'routine') return;
    if (this.phase === 'loading') {
      this.background(this.getReady());
      return;
    }
    const found = this.gap.close(unknown);
    if (found === null) return;
    this.event({ type: 'gap-closed', ...found });
    this.parts.environment.log.info('the view equals the exchange again', { ...this.parts.place, provenAt, ...found });
  }

  /** The first load is done: every unfinished order is shown, then the policy for the start is carried out. */
  private async getReady(): Promise<void> {
    const { unfinishedOrders, handlers } = this.parts;
    this.phase = 'ready';
    for (const order of this.manager.tracker.open.values()) this.manager.present(order);
    if (unfinishedOrders.start === 'adopt' && unfinishedOrders.whose === 'all') {
      for (const order of this.manager.tracker.open.values()) this.manager.adopt(order);
    }
    const at = this.connections.current;
    if (unfinishedOrders.start === 'revoke' && at !== null) {
      const { error } = await this.revokeAll(at, 'start', START_REVOKE_LIMIT_MS);
      if (error !== null) handlers.onError(error);
    }
    if (this.closed || this.failure !== null) return;
    handlers.onReady(null);
  }

  private event(event: Without<ConnectionEvent, 'stream' | 'at'>): void {
    this.parts.handlers.onConnection({ ...event, stream: 'private', at: this.parts.environment.clock.now() });
  }

  /** Work that nobody awaits. What it throws is a defect of ours: it is reported, and the process goes on. */
  private background(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const { environment, handlers, place } = this.parts;
      environment.log.error('unexpected failure in order management', { err: error, ...place });
      const message = error instanceof Error ? error.message : String(error);
      handlers.onError(new TradeError(message, { kind: 'unknown', outcome: 'unknown', cause: error, ...place }));
    });
  }
}
