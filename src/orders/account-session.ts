// One account on one exchange, for all Trades of the process that use it: prepares it (for ever, if the exchange cannot be reached),
// runs its private stream, hands reports to the symbols they are about. Orders are the desks' part.

import type { TradeError } from '../domain/errors.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Asset, Assets } from '../domain/order.ts';
import type { OrderReport } from '../domain/order-report.ts';
import type {
  AccountConfig,
  Exchange,
  ExchangeAccount,
  ExchangeEnvironment,
  FeedEvent,
} from '../exchanges/exchange.ts';
import { Pauses } from './pauses.ts';

/** One symbol's part in a session. */
export interface SessionMember {
  readonly symbol: string;
  /** Changes of any order of the symbol are delivered from now on; comes again after every break. */
  onLive(): void;
  onBroken(reason: string): void;
  onReports(reports: readonly OrderReport[], receivedAt: number): void;
  onAssets(assets: Assets): void;
  onEvent(event: FeedEvent): void;
  /** The exchange could not be asked; it will be tried again after `retryInMs`. */
  onTrouble(error: TradeError, attempt: number, retryInMs: number): void;
  /** It will never work: wrong key, unknown symbol, refused configuration. */
  onFatal(error: TradeError): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Trying again cannot cure these. */
const FATAL: ReadonlySet<TradeError['kind']> = new Set(['auth', 'invalid-order', 'rejected', 'closed']);

export function isFatal(error: TradeError): boolean {
  return FATAL.has(error.kind);
}

/** Those of `told` that are not as they were; null when all are. */
function changedIn(known: Assets, told: Assets): Assets | null {
  let changed: Record<string, Asset> | null = null;
  for (const name in told) {
    const asset = told[name];
    const before = known[name];
    if (asset === undefined) continue;
    if (before?.free === asset.free && before.locked === asset.locked && before.total === asset.total) continue;
    (changed ??= {})[name] = asset;
  }
  return changed;
}

export class AccountSession {
  readonly exchange: Exchange;
  readonly connector: ExchangeAccount;
  /** Last known balances, by asset. */
  assets: Assets = {};
  private readonly environment: ExchangeEnvironment;
  private readonly bySymbol = new Map<string, SessionMember[]>();
  /** Those whose symbol the stream was told of. */
  private readonly watching = new Set<SessionMember>();
  private readonly pauses: Pauses;
  private preparing: Promise<boolean> | null = null;
  private feedStarted = false;
  private live = false;
  private closed = false;
  private fatal: TradeError | null = null;
  private readonly readAssetsEvery: number;
  /** Of the reading of balances that goes on while the stream is live. */
  private reading: Pauses | null = null;

  constructor(exchange: Exchange, config: AccountConfig, environment: ExchangeEnvironment) {
    this.exchange = exchange;
    this.environment = environment;
    this.pauses = new Pauses(environment.clock);
    this.readAssetsEvery = config.timings.reconcileEvery;
    this.connector = exchange.open(config, environment);
  }

  get hasFailed(): boolean {
    return this.fatal !== null || this.closed;
  }

  get isLive(): boolean {
    return this.live;
  }

  /** Brings the member to the point where it is told `onLive`. Returns at once; never rejects. */
  async join(member: SessionMember): Promise<Instrument | null> {
    const members = this.bySymbol.get(member.symbol);
    if (members === undefined) this.bySymbol.set(member.symbol, [member]);
    else members.push(member);
    if (this.fatal !== null) {
      member.onFatal(this.fatal);
      return null;
    }
    if (!(await (this.preparing ??= this.prepare()))) return null;
    const instrument = await this.retry(
      () => this.connector.instrument(member.symbol),
      (error, attempt, wait) => member.onTrouble(error, attempt, wait),
      () => !this.has(member),
    );
    if (instrument === null || !this.has(member)) return null;
    if (!instrument.ok) {
      member.onFatal(instrument.error);
      return null;
    }
    return instrument.value;
  }

  /** The member is ready to hear: subscribe its symbol, start the stream if nobody did. */
  watch(member: SessionMember, instrument: Instrument): void {
    if (!this.has(member)) return;
    this.watching.add(member);
    this.connector.feed.watch(instrument);
    if (this.feedStarted) {
      // What the others have been told: from now on only changes are.
      if (Object.keys(this.assets).length > 0) member.onAssets(this.assets);
      if (this.live) member.onLive();
      return;
    }
    this.feedStarted = true;
    this.connector.feed.start({
      onLive: () => this.onLive(),
      onBroken: (reason) => this.onBroken(reason),
      onReports: (reports, receivedAt) => this.onReports(reports, receivedAt),
      onAssets: (assets) => this.onAssets(assets),
      onEvent: (event) => {
        for (const other of this.all()) other.onEvent(event);
      },
      onFatal: (error) => this.fail(error),
    });
  }

  leave(member: SessionMember): void {
    this.watching.delete(member);
    const members = this.bySymbol.get(member.symbol)?.filter((other) => other !== member) ?? [];
    if (members.length === 0) this.bySymbol.delete(member.symbol);
    else this.bySymbol.set(member.symbol, members);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.pauses.end();
    this.stopReading();
    if (this.feedStarted) await this.connector.feed.stop();
    await this.connector.close();
  }

  private has(member: SessionMember): boolean {
    return !this.closed && this.fatal === null && (this.bySymbol.get(member.symbol)?.includes(member) ?? false);
  }

  private all(): SessionMember[] {
    return [...this.bySymbol.values()].flat();
  }

  private async prepare(): Promise<boolean> {
    const result = await this.retry(
      () => this.connector.prepare(),
      (error, attempt, wait) => {
        for (const member of this.all()) member.onTrouble(error, attempt, wait);
      },
      () => this.closed,
    );
    if (result === null) return false;
    if (!result.ok) {
      this.fail(result.error);
      return false;
    }
    return true;
  }

  /** Tries until there is a value or an error for good; null when it was called off. */
  private async retry<T>(
    attempt: () => Promise<readonly [T, null] | readonly [null, TradeError]>,
    onTrouble: (error: TradeError, attempt: number, waitMs: number) => void,
    isOff: () => boolean,
    pauses: Pauses = this.pauses,
  ): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: TradeError } | null> {
    const { random } = this.environment;
    for (let count = 1; ; count++) {
      const [value, error] = await attempt();
      if (isOff()) return null;
      if (error === null) return { ok: true, value };
      if (isFatal(error)) return { ok: false, error };
      const ceiling = Math.min(FIRST_WAIT_MS * 2 ** (count - 1), LONGEST_WAIT_MS);
      // Half of it by chance, so that a hundred processes do not come back at the same moment.
      const wait = Math.round(Math.max(ceiling / 2 + (ceiling / 2) * random.next(), error.retryAfter ?? 0));
      onTrouble(error, count, wait);
      await pauses.pause(wait);
      if (isOff()) return null;
    }
  }

  private onLive(): void {
    this.live = true;
    for (const member of this.watching) member.onLive();
    // After the orders' own questions, which are on their way by now.
    this.stopReading();
    this.reading = new Pauses(this.environment.clock);
    this.readAssets(this.reading).catch((error: unknown) => {
      // A defect of ours; trading does not depend on it.
      this.environment.log.error('reading the balances failed unexpectedly', { err: error });
    });
  }

  private onBroken(reason: string): void {
    this.live = false;
    this.stopReading();
    for (const member of this.watching) member.onBroken(reason);
  }

  private onReports(reports: readonly OrderReport[], receivedAt: number): void {
    const [first] = reports;
    if (first === undefined) return;
    // Nearly every frame is about one symbol.
    const { symbol } = first;
    if (reports.length === 1 || reports.every((report) => report.symbol === symbol)) {
      const members = this.bySymbol.get(symbol);
      if (members !== undefined) for (const member of members) member.onReports(reports, receivedAt);
      return;
    }
    for (const [of, members] of this.bySymbol) {
      const theirs = reports.filter((report) => report.symbol === of);
      if (theirs.length > 0) for (const member of members) member.onReports(theirs, receivedAt);
    }
  }

  /**
   * The stream tells changes, only while it lives, and not everywhere those by transfer (htx.md 8.5): the whole is read when it comes up, then
   * as often as orders are compared. Nothing waits for it.
   */
  private async readAssets(pauses: Pauses): Promise<void> {
    const isOff = (): boolean => this.reading !== pauses;
    const { log } = this.environment;
    while (!isOff()) {
      const read = await this.retry(
        () => this.connector.assets(),
        (error, attempt, wait) => {
          if (attempt === 1) log.warn('the balances could not be read; trying again', { err: error, retryInMs: wait });
        },
        isOff,
        pauses,
      );
      if (read === null) return;
      if (read.ok) this.onAssets(read.value);
      else log.warn('the balances could not be read', { err: read.error });
      await pauses.pause(this.readAssetsEvery);
    }
  }

  private stopReading(): void {
    const { reading } = this;
    this.reading = null;
    reading?.end();
  }

  private onAssets(assets: Assets): void {
    const changed = changedIn(this.assets, assets);
    if (changed === null) return;
    this.assets = Object.freeze({ ...this.assets, ...changed });
    for (const member of this.watching) member.onAssets(changed);
  }

  private fail(error: TradeError): void {
    if (this.fatal !== null) return;
    this.fatal = error;
    this.live = false;
    this.stopReading();
    for (const member of this.all()) member.onFatal(error);
  }
}
