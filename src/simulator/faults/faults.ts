// The faults of one exchange: rules are injected and cleared at any time, and each strikes by its own seeded chance.
// The gateway asks on every request, push and query; carriers on every frame and connect; timed strikes come from the clock.

import type { Clock, Timer } from '../../seam/clock.ts';
import { seededRandom } from '../../runtime/random.ts';
import type { PushTarget, QueriedOrder, RequestContext } from '../gateway.ts';
import { ActiveRule } from './active-rule.ts';
import type { Connection, Connections } from './connections.ts';
import { applyToRequest, untouched, type RequestDecision } from './request-faults.ts';
import { faultRuleSchema, type FaultName, type FaultRule, type FaultTarget } from './vocabulary.ts';

/** What faults need to do to the exchange as a whole. */
interface NetworkEffects {
  /** Refuse new connections and requests for `ms`. */
  refuse(ms: number): void;
  /** Cut everything, then refuse for `ms`. */
  restart(ms: number): void;
}

interface FaultsOptions {
  readonly clock: Clock;
  readonly seed: number | string;
  readonly connections: Connections;
  /** Name of an account, for rules that name one. */
  accountName(uid: number): string | null;
  /** For rules that name an exchange. */
  readonly exchange: string;
  /** Marks the key of an account as accepted or not; for logins that dialects check themselves. */
  setKeyValid(accountName: string | null, valid: boolean): void;
}

export interface Strike {
  readonly fault: FaultName;
  readonly rule: FaultRule;
  /** The exchange it struck. */
  readonly exchange: string;
  readonly time: number;
}

/** One injected rule, to be taken back. */
export interface InjectedFault {
  remove(): void;
  readonly strikes: number;
}

export interface PushDecision {
  readonly dropped: boolean;
  readonly copies: 1 | 2;
  /** Once more for each of these, so many ms later. */
  readonly repeatAfterMs: readonly number[];
  readonly swapped: boolean;
  readonly delayMs: number;
}

const PLAIN_PUSH: PushDecision = { dropped: false, copies: 1, repeatAfterMs: [], swapped: false, delayMs: 0 };
const REFUSE_MS = 3000;
const RESTART_MS = 5000;
const PUSH_LATE_MS = 1000;
const PUSH_REPEATED_MS = 3000;
const LAG_MS = 2000;

export class Faults {
  private readonly options: FaultsOptions;
  private readonly clock: Clock;
  private rules: ActiveRule[] = [];
  private byTarget = new Map<FaultTarget, ActiveRule[]>();
  private readonly timers = new Map<ActiveRule, Timer>();
  private readonly listeners = new Set<(strike: Strike) => void>();
  private readonly counts = new Map<FaultName, number>();
  /** For query-lag: which orders are struck, so that the answer stays the same while the lag lasts. */
  private readonly lagging = new Map<ActiveRule, Map<bigint, boolean>>();
  private injected = 0;
  private effects: NetworkEffects | null = null;

  constructor(options: FaultsOptions) {
    this.options = options;
    this.clock = options.clock;
  }

  /** Whoever runs the exchange says how it is refused and restarted. */
  attach(effects: NetworkEffects): void {
    this.effects = effects;
  }

  /** How often each fault has struck. */
  get struck(): ReadonlyMap<FaultName, number> {
    return this.counts;
  }

  onStrike(listener: (strike: Strike) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /**
   * Puts rules to work; their times count from now. A connection or network fault without any condition strikes at once.
   * @throws ZodError naming the field of a rule that is not one
   */
  inject(rules: FaultRule | readonly FaultRule[]): InjectedFault {
    const active: ActiveRule[] = [];
    for (const input of isList(rules) ? rules : [rules]) {
      const rule = faultRuleSchema.parse(input);
      const random = seededRandom(`${this.options.seed}/fault/${this.injected++}`);
      if (rule.exchange !== undefined && rule.exchange !== this.options.exchange) continue;
      active.push(new ActiveRule(rule, this.clock, random));
    }
    this.rules = [...this.rules, ...active];
    this.index();
    for (const rule of active) this.start(rule);
    return {
      remove: () => this.remove(active),
      get strikes() {
        return active.reduce((sum, rule) => sum + rule.trigger.strikes, 0);
      },
    };
  }

  /** Takes every rule back. What has struck stays struck (a frozen socket stays frozen). */
  clear(): void {
    this.remove(this.rules);
  }

  private remove(gone: readonly ActiveRule[]): void {
    for (const rule of gone) {
      this.timers.get(rule)?.cancel();
      this.timers.delete(rule);
      this.lagging.delete(rule);
      if (rule.fault === 'key-revoked' && rule.windowEnd !== null) this.setKeys(rule, true);
    }
    this.rules = this.rules.filter((rule) => !gone.includes(rule));
    this.index();
  }

  private index(): void {
    this.byTarget = Map.groupBy(this.rules, (rule) => rule.target);
  }

  private of(target: FaultTarget): readonly ActiveRule[] {
    return this.byTarget.get(target) ?? [];
  }

  private record(rule: ActiveRule): void {
    this.counts.set(rule.fault, (this.counts.get(rule.fault) ?? 0) + 1);
    const strike: Strike = {
      fault: rule.fault,
      rule: rule.rule,
      exchange: this.options.exchange,
      time: this.clock.now(),
    };
    for (const listener of this.listeners) listener(strike);
  }

  private nameOf(uid: number | null): string | null {
    return uid === null ? null : this.options.accountName(uid);
  }

  // ---- requests, pushes, queries: asked by the gateway

  request(context: RequestContext): RequestDecision {
    const decision = untouched();
    for (const rule of this.of('request')) {
      if (!rule.matchesRequest(context, this.nameOf(context.accountUid))) continue;
      const wasOpen = rule.windowLeft !== null;
      if (!applyToRequest(rule, decision)) continue;
      this.record(rule);
      if (rule.fault === 'key-revoked' && !wasOpen) this.revokeKey(rule);
    }
    return decision;
  }

  /** After a request was executed: connection faults that wait for such a request. */
  executed(context: RequestContext): void {
    for (const rule of [...this.of('connection'), ...this.of('network')]) {
      if (rule.rule.operation === undefined) continue;
      if (!rule.matchesRequest(context, this.nameOf(context.accountUid)) || !rule.occurs()) continue;
      this.record(rule);
      if (rule.target === 'network') this.strikeNetwork(rule);
      else for (const connection of this.options.connections.all()) this.strikeConnection(rule, connection);
    }
  }

  push({ accountUid, stream, symbol }: PushTarget<unknown>): PushDecision {
    const rules = this.of('push');
    if (rules.length === 0) return PLAIN_PUSH;
    let decision = PLAIN_PUSH;
    for (const rule of rules) {
      if (!rule.matchesStream(stream) || !rule.matchesAccount(this.nameOf(accountUid))) continue;
      if (!rule.matchesSymbol(symbol) || !rule.occurs()) continue;
      this.record(rule);
      if (rule.fault === 'push-dropped') decision = { ...decision, dropped: true };
      else if (rule.fault === 'push-duplicated') decision = { ...decision, copies: 2 };
      else if (rule.fault === 'push-repeated')
        decision = { ...decision, repeatAfterMs: [...decision.repeatAfterMs, rule.delay(PUSH_REPEATED_MS)] };
      else if (rule.fault === 'push-reordered') decision = { ...decision, swapped: true };
      else decision = { ...decision, delayMs: decision.delayMs + rule.delay(PUSH_LATE_MS) };
    }
    return decision;
  }

  /** A ban of some requests only is no ban of the address. */
  banLeft(): number | null {
    let longest: number | null = null;
    for (const rule of this.of('request')) {
      const { fault, operation, channel, account, symbol } = rule.rule;
      const isOfAddress =
        operation === undefined && account === undefined && symbol === undefined && channel !== 'rest';
      if (fault !== 'ban' || !isOfAddress || rule.windowLeft === null) continue;
      longest = Math.max(longest ?? 0, Math.ceil(rule.windowLeft));
    }
    return longest;
  }

  skew(): number {
    let skew = 0;
    for (const rule of this.of('clock')) if (rule.trigger.inWindow(rule.elapsed)) skew += rule.rule.skewMs ?? 0;
    return skew;
  }

  /**
   * What a list of open orders shows of them.
   * @param open oldest first
   * @param endedSince those that ended at that time or later, as they stood before
   */
  listed<T extends QueriedOrder>(
    accountUid: number,
    open: readonly T[],
    endedSince: (time: number) => readonly T[],
  ): readonly T[] {
    let visible = open;
    for (const rule of this.of('query')) {
      if (rule.fault === 'order-state-lag' || !rule.matchesAccount(this.nameOf(accountUid))) continue;
      const concerned = visible.filter((order) => rule.matchesSymbol(order.symbol));
      if (rule.fault === 'query-lag') {
        visible = without(visible, new Set(concerned.filter((order) => this.lags(rule, order))));
      } else if (rule.fault === 'open-orders-lag') {
        const ended = endedSince(this.clock.now() - (rule.rule.lagMs ?? LAG_MS)).filter((order) =>
          rule.matchesSymbol(order.symbol),
        );
        if (ended.length === 0 || !rule.occurs()) continue;
        this.record(rule);
        // Another rule may have shown them already.
        visible = byAge(new Set([...visible, ...ended]));
      } else if (concerned.length > 0 && rule.occurs()) {
        this.record(rule);
        const hidden = rule.fault === 'open-orders-stale' ? this.younger(rule, concerned) : partOf(rule, concerned);
        visible = without(visible, hidden);
      }
    }
    return visible;
  }

  private younger<T extends QueriedOrder>(rule: ActiveRule, orders: readonly T[]): ReadonlySet<T> {
    const youngest = this.clock.now() - (rule.rule.lagMs ?? LAG_MS);
    return new Set(orders.filter((order) => order.createdAt > youngest));
  }

  /**
   * What a query of one order is answered; null: nobody knows it.
   * @param endedSince as it stood before it ended, when that was at that time or later
   */
  queried<T extends QueriedOrder>(accountUid: number, order: T, endedSince: (time: number) => T | undefined): T | null {
    if (this.isHidden(accountUid, order)) return null;
    for (const rule of this.of('query')) {
      if (rule.fault !== 'order-state-lag' || !rule.matchesAccount(this.nameOf(accountUid))) continue;
      if (!rule.matchesSymbol(order.symbol)) continue;
      const before = endedSince(this.clock.now() - (rule.rule.lagMs ?? LAG_MS));
      if (before === undefined || !rule.occurs()) continue;
      this.record(rule);
      return before;
    }
    return order;
  }

  isHidden(accountUid: number, order: QueriedOrder): boolean {
    for (const rule of this.of('query')) {
      if (rule.fault !== 'query-lag' || !rule.matchesAccount(this.nameOf(accountUid))) continue;
      if (rule.matchesSymbol(order.symbol) && this.lags(rule, order)) return true;
    }
    return false;
  }

  private lags(rule: ActiveRule, order: QueriedOrder): boolean {
    const age = this.clock.now() - order.createdAt;
    let decided = this.lagging.get(rule);
    if (decided === undefined) this.lagging.set(rule, (decided = new Map<bigint, boolean>()));
    if (age >= (rule.rule.lagMs ?? LAG_MS)) {
      decided.delete(order.orderId);
      return false;
    }
    let hidden = decided.get(order.orderId);
    if (hidden === undefined) {
      hidden = rule.occurs();
      decided.set(order.orderId, hidden);
      if (hidden) this.record(rule);
    }
    return hidden;
  }

  /** What share of the order the house takes before its cancel; null when no rule strikes. */
  cancelRace(accountUid: number, symbol: string): number | null {
    const rule = this.strikesCancel('cancel-fill-race', accountUid, symbol);
    return rule === null ? null : (rule.rule.fraction ?? 1);
  }

  /** Whether the cancel that arrives is forgotten. */
  forgetsCancel(accountUid: number, symbol: string): boolean {
    return this.strikesCancel('cancel-forgotten', accountUid, symbol) !== null;
  }

  private strikesCancel(fault: FaultName, accountUid: number, symbol: string): ActiveRule | null {
    for (const rule of this.of('cancel')) {
      if (rule.fault !== fault || !rule.matchesAccount(this.nameOf(accountUid))) continue;
      if (!rule.matchesSymbol(symbol) || !rule.occurs()) continue;
      this.record(rule);
      return rule;
    }
    return null;
  }

  // ---- connections and the network: asked by the carriers, or struck by time

  /** A frame is about to leave on this connection: rules that count frames look at it. */
  frame(connection: Connection): void {
    for (const rule of this.of('connection')) {
      if (rule.trigger.isTimed || rule.rule.operation !== undefined || rule.trigger.isUnconditional) continue;
      if (!this.concerns(rule, connection) || !rule.occurs()) continue;
      this.record(rule);
      this.strikeConnection(rule, connection);
    }
  }

  /** A new connection, or a request from outside, arrives: is it refused? */
  refuses(): boolean {
    let refused = false;
    for (const rule of this.of('network')) {
      if (rule.trigger.isTimed || rule.rule.operation !== undefined || rule.trigger.isUnconditional) continue;
      if (!rule.occurs()) continue;
      this.record(rule);
      if (rule.fault === 'exchange-restart' || rule.rule.durationMs !== undefined) this.strikeNetwork(rule);
      refused = true;
    }
    return refused;
  }

  private concerns(rule: ActiveRule, connection: Connection): boolean {
    const { stream, account } = rule.rule;
    if (stream === undefined && account === undefined) return true;
    for (const registration of connection.registrations) {
      if (rule.matchesStream(registration.stream) && rule.matchesAccount(this.nameOf(registration.accountUid())))
        return true;
    }
    return false;
  }

  private strikeConnection(rule: ActiveRule, connection: Connection): void {
    if (!this.concerns(rule, connection)) return;
    const { carrier, registrations } = connection;
    if (rule.fault === 'half-open') carrier?.freeze();
    else if (rule.fault === 'session-expired') for (const each of registrations) each.expire();
    else if (carrier === null) for (const each of registrations) each.cut();
    else if (rule.fault === 'cut-mid-frame') carrier.cutMidFrame();
    else carrier.cut();
  }

  private strikeNetwork(rule: ActiveRule): void {
    const { durationMs } = rule.rule;
    if (rule.fault === 'exchange-restart') this.effects?.restart(durationMs ?? RESTART_MS);
    else this.effects?.refuse(durationMs ?? REFUSE_MS);
  }

  private start(rule: ActiveRule): void {
    if (rule.target !== 'connection' && rule.target !== 'network') return;
    // With an operation it waits for a request, and so do its times.
    if (rule.rule.operation !== undefined) return;
    if (rule.trigger.isTimed) this.schedule(rule);
    else if (rule.trigger.isUnconditional) this.strikeNow(rule);
  }

  private schedule(rule: ActiveRule): void {
    const next = rule.trigger.nextTime();
    if (next === null) return;
    const timer = this.clock.after(next - rule.elapsed, () => {
      this.strikeNow(rule);
      this.schedule(rule);
    });
    this.timers.set(rule, timer);
  }

  private strikeNow(rule: ActiveRule): void {
    if (!rule.occurs()) return;
    this.record(rule);
    if (rule.target === 'network') this.strikeNetwork(rule);
    else for (const connection of this.options.connections.all()) this.strikeConnection(rule, connection);
  }

  private revokeKey(rule: ActiveRule): void {
    this.setKeys(rule, false);
    const { durationMs } = rule.rule;
    if (durationMs === undefined) return;
    const timer = this.clock.after(durationMs, () => {
      this.setKeys(rule, true);
    });
    this.timers.set(rule, timer);
  }

  private setKeys(rule: ActiveRule, valid: boolean): void {
    this.options.setKeyValid(rule.rule.account ?? null, valid);
  }

  /** Stops all timers. */
  close(): void {
    this.clear();
    this.listeners.clear();
  }
}

function isList(rules: FaultRule | readonly FaultRule[]): rules is readonly FaultRule[] {
  return Array.isArray(rules);
}

function without<T>(orders: readonly T[], hidden: ReadonlySet<T>): readonly T[] {
  return hidden.size === 0 ? orders : orders.filter((order) => !hidden.has(order));
}

function byAge<T extends QueriedOrder>(orders: Iterable<T>): readonly T[] {
  return [...orders].sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
}

function partOf<T>(rule: ActiveRule, orders: readonly T[]): ReadonlySet<T> {
  const fraction = rule.rule.fraction ?? 0.5;
  const count = Math.min(orders.length, Math.max(1, Math.round(orders.length * fraction)));
  const visible = [...orders];
  const hidden = new Set<T>();
  while (hidden.size < count) for (const order of visible.splice(rule.random.int(visible.length), 1)) hidden.add(order);
  return hidden;
}
