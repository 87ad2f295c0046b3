// The one gate between a dialect and its venue: every request and private push passes here, through latency and faults.
// Which faults strike is decided in faults/; what is asked and answered, and in which words, is the dialect's.

import type { Clock } from '../../seam/clock.ts';
import type { Random } from '../../seam/random.ts';
import type { MatchingVenue } from '../engine/venue.ts';
import type { Connections, Carrier, Registration } from '../faults/connections.ts';
import type { Faults, PushDecision } from '../faults/faults.ts';
import type { RequestDecision } from '../faults/request-faults.ts';
import type { Gateway, PushTarget, QueriedOrder, RequestContext, RequestPlan } from '../gateway.ts';
import { Decimal } from '../../domain/decimal.ts';
import type { CancelResult, EndReason, OrderRef, VenueOrder } from '../venue.ts';
import { Lane } from './lane.ts';

/** Each way takes `fixedMs` plus up to `jitterMs`, drawn anew for every message. */
export interface Latency {
  readonly fixedMs: number;
  readonly jitterMs: number;
}

export const NO_LATENCY: Latency = { fixedMs: 0, jitterMs: 0 };

interface GatewayOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly venue: MatchingVenue;
  readonly faults: Faults;
  readonly connections: Connections;
  readonly wayIn?: Latency;
  readonly wayOut?: Latency;
  /** Told of what a dialect throws at a request, which then gets the dialect's internal error. Default: it is thrown on. */
  readonly onError?: (error: unknown) => void;
}

/** What carried the message that is being handled right now, so that a fault can reset exactly that. */
interface Bearer {
  /** The socket, when it came on one. */
  readonly carrier: Carrier | null;
  /** Breaks the connection that the message came on. */
  reset(): void;
}

/** How long a push waits for the one it is to be swapped with. */
const SWAP_PATIENCE_MS = 500;

export class SimulatorGateway implements Gateway {
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly venue: MatchingVenue;
  private readonly faults: Faults;
  private readonly connections: Connections;
  private readonly wayIn: Latency;
  private readonly wayOut: Latency;
  private readonly socketLanes = new Map<string, Lane>();
  private readonly pushLanes = new WeakMap<object, Lane>();
  /** By account: what pushes of it go to by now. One dialect has one kind of message. */
  private readonly latestTargets = new Map<number, PushTarget<unknown>>();
  private readonly swapped = new WeakMap<object, () => void>();
  private readonly onError: ((error: unknown) => void) | null;
  private readonly stopHook: () => void;
  private bearer: Bearer | null = null;

  constructor(options: GatewayOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.venue = options.venue;
    this.faults = options.faults;
    this.connections = options.connections;
    this.wayIn = options.wayIn ?? NO_LATENCY;
    this.wayOut = options.wayOut ?? NO_LATENCY;
    this.onError = options.onError ?? null;
    const { house } = options.venue;
    this.stopHook = options.venue.beforeCancel((order) => {
      const fraction = this.faults.cancelRace(order.accountUid, order.symbol);
      if (fraction === null || order.quantity === null) return;
      const lot = options.venue.instruments.get(order.symbol)?.lotSize ?? Decimal.ZERO;
      const part = order.quantity.sub(order.filled).mul(Decimal.from(fraction)).toStep(lot, 'up');
      house.fillOrder(order.orderId, part);
    });
  }

  /** Runs `handle` knowing that what it handles came by `bearer`. Carriers wrap every call into a dialect with it. */
  carrying<T>(bearer: Bearer | null, handle: () => T): T {
    const before = this.bearer;
    this.bearer = bearer;
    try {
      return handle();
    } finally {
      this.bearer = before;
    }
  }

  private draw(latency: Latency): number {
    return latency.jitterMs > 0 ? latency.fixedMs + this.random.next() * latency.jitterMs : latency.fixedMs;
  }

  /** Requests over HTTP may overtake each other; those on sockets of one account from one address may not. */
  private travel(context: RequestContext, way: 'in' | 'out', extraMs: number, latency: Latency, run: () => void): void {
    const delay = this.draw(latency) + extraMs;
    if (context.channel === 'rest' || extraMs > 0) {
      if (delay <= 0) run();
      else this.clock.after(delay, run);
      return;
    }
    const key = `${way}|${context.remote}|${context.accountUid ?? ''}`;
    let lane = this.socketLanes.get(key);
    if (lane === undefined) {
      lane = new Lane(this.clock, () => this.socketLanes.delete(key));
      this.socketLanes.set(key, lane);
    }
    lane.add(delay, run);
  }

  run<Reply>(context: RequestContext, plan: RequestPlan<Reply>): void {
    const { bearer } = this;
    const decision = this.faults.request(context);
    if (decision.lost) {
      if (decision.reset) bearer?.reset();
      return;
    }
    this.travel(context, 'in', decision.extraWayIn, this.wayIn, () => {
      const reply = this.carrying(bearer, () => this.answer(context, plan, decision));
      if (decision.replyLost) {
        if (decision.reset) bearer?.reset();
        return;
      }
      this.travel(context, 'out', decision.extraWayOut, this.wayOut, () => {
        this.carrying(bearer, () => plan.deliver(reply));
      });
    });
  }

  private answer<Reply>(context: RequestContext, plan: RequestPlan<Reply>, decision: RequestDecision): Reply {
    const { failure } = decision;
    if (failure !== null && !failure.executes) return plan.failure(failure.kind, failure.retryAfterMs);
    const reply = this.executed(plan);
    this.faults.executed(context);
    return failure === null ? reply : plan.failure(failure.kind, failure.retryAfterMs);
  }

  /** A request that a dialect cannot cope with is its own misfortune: whoever sent it is told, everybody else goes on. */
  private executed<Reply>(plan: RequestPlan<Reply>): Reply {
    if (this.onError === null) return plan.execute();
    try {
      return plan.execute();
    } catch (error) {
      this.onError(error);
      return plan.failure('server-error', 0);
    }
  }

  push<Message>(target: PushTarget<Message>, message: Message): void {
    const decision = this.faults.push(target);
    const { accountUid, connection } = target;
    if (accountUid !== null) this.latestTargets.set(accountUid, target);
    for (const ms of decision.repeatAfterMs) this.clock.after(ms, () => this.repeat(target, message));
    if (decision.dropped) return;
    const lane = this.laneOf(connection);
    const send = (): void => target.send(message);
    if (decision.swapped && !this.swapped.has(connection)) {
      this.holdBack(connection, lane, decision, send);
      return;
    }
    this.put(lane, decision, send);
    const held = this.swapped.get(connection);
    if (held === undefined) return;
    this.swapped.delete(connection);
    held();
  }

  private laneOf(connection: object): Lane {
    let lane = this.pushLanes.get(connection);
    if (lane === undefined) {
      lane = new Lane(this.clock);
      this.pushLanes.set(connection, lane);
    }
    return lane;
  }

  /** To where pushes of the account go by now: a client that came back may be told by a part of the exchange that lags behind. */
  private repeat<Message>(target: PushTarget<Message>, message: Message): void {
    const latest: PushTarget<unknown> = this.latestTargets.get(target.accountUid ?? NaN) ?? target;
    this.laneOf(latest.connection).add(this.draw(this.wayOut), () => latest.send(message));
  }

  private put(lane: Lane, decision: PushDecision, send: () => void): void {
    lane.add(this.draw(this.wayOut) + decision.delayMs, send);
    if (decision.copies === 2) lane.add(this.draw(this.wayOut), send);
  }

  /** Waits for the next push of the connection; when none comes it goes by itself. */
  private holdBack(connection: object, lane: Lane, decision: PushDecision, send: () => void): void {
    const release = (): void => {
      timer.cancel();
      this.put(lane, decision, send);
    };
    const timer = this.clock.after(SWAP_PATIENCE_MS, () => {
      if (this.swapped.get(connection) !== release) return;
      this.swapped.delete(connection);
      release();
    });
    this.swapped.set(connection, release);
  }

  register(registration: Registration): () => void {
    return this.connections.register(registration, this.bearer?.carrier ?? null);
  }

  banLeft(): number | null {
    return this.faults.banLeft();
  }

  skew(): number {
    return this.faults.skew();
  }

  openOrders(accountUid: number, symbol: string | null): readonly VenueOrder[] {
    const { venue } = this;
    return this.faults.listed(accountUid, venue.openOrders(accountUid, symbol), (time) =>
      venue.endedSince(accountUid, symbol, time),
    );
  }

  queried(order: VenueOrder): VenueOrder | null {
    const { accountUid, symbol, orderId } = order;
    return this.faults.queried(accountUid, order, (time) =>
      this.venue.endedSince(accountUid, symbol, time).find((ended) => ended.orderId === orderId),
    );
  }

  cancel(accountUid: number, symbol: string, ref: OrderRef, reason?: EndReason): CancelResult {
    const order = this.venue.order(accountUid, symbol, ref);
    if (order?.status === 'open' && this.faults.forgetsCancel(accountUid, symbol)) return { ok: true, order };
    return this.venue.cancel(accountUid, symbol, ref, '', reason);
  }

  isHidden(accountUid: number, order: QueriedOrder): boolean {
    return this.faults.isHidden(accountUid, order);
  }

  close(): void {
    this.stopHook();
  }
}
