// createOrder from the call to certainty: checks, journal, the request, and its three outcomes. Never sends anything twice.
// Looking up what is in doubt is doubt.ts's part.

import { TradeError, fail, ok, type ErrorKind, type Result } from '../domain/errors.ts';
import type { CreateOutcome, ClientOrderIdRules, Timings } from '../exchanges/exchange.ts';
import type { Clock } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import { clientOrderIdProblem, type ClientOrderIds } from './client-order-id.ts';
import { createChannel, createdChannel } from './diagnostics.ts';
import type { OrderJournal, RequestResult } from './journal.ts';
import type { Connection } from './connection.ts';
import type { OrderManager } from './order-manager.ts';
import { checkOrder, type OrderRequest } from './order-request.ts';
import type { Place } from './snapshot.ts';
import type { Stats } from './stats.ts';
import type { TrackedOrder } from './tracked-order.ts';

interface SubmitParts {
  readonly place: Place;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: OrderJournal;
  readonly manager: OrderManager;
  readonly timings: Timings;
  readonly rules: ClientOrderIdRules;
  readonly ids: ClientOrderIds;
  readonly stats: Stats;
  readonly connection: () => Connection | null;
  /** Why no order may be placed now, or null. */
  readonly gate: (
    evenIfNotReady: boolean,
  ) => { readonly kind: 'closed' | 'not-ready'; readonly message: string } | null;
  /** Starts looking the order up. */
  readonly lookUp: (order: TrackedOrder) => void;
}

export class Submit {
  private readonly parts: SubmitParts;
  private readonly isCalledOff = (): boolean => this.parts.gate(true) !== null;

  constructor(parts: SubmitParts) {
    this.parts = parts;
  }

  /** Everything up to the hand-over to the transport happens before this returns. */
  create(request: OrderRequest): Promise<Result<string>> {
    const { parts } = this;
    const closed = parts.gate(request.evenIfNotReady);
    if (closed !== null) return this.refuse(closed.kind, closed.message);
    const at = parts.connection();
    if (at === null)
      return this.refuse(
        'not-ready',
        `the trading rules of ${parts.place.symbol} are not known yet; await trade.ready`,
      );
    const id = request.clientOrderId ?? parts.ids.next();
    const idProblem = request.clientOrderId === null ? null : clientOrderIdProblem(id, parts.rules);
    if (idProblem !== null) return this.refuse('invalid-order', idProblem);
    const command = checkOrder(request, at.instrument, id, this.isCalledOff);
    if (typeof command === 'string') return this.refuse('invalid-order', command);
    const impossible = at.account.trading.refuse(command);
    if (impossible !== null) return this.refuse('invalid-order', impossible);
    const used = this.usedBy(id);
    if (used !== null) return this.refuse('duplicate-order', used);

    const { action, orderType, timeInForce, price, quantity, quoteQuantity } = command;
    const sentAt = parts.clock.monotonic();
    const order = parts.manager.intend(
      {
        clientOrderId: id,
        action,
        orderType,
        timeInForce,
        price: price === null ? null : price.toString(),
        quantity: quantity === null ? null : quantity.toString(),
        quoteQuantity: quoteQuantity === null ? null : quoteQuantity.toString(),
        at: parts.clock.now(),
      },
      price,
      quantity,
      at.account.clockOffset(),
    );
    parts.stats.created++;
    if (createChannel.hasSubscribers)
      createChannel.publish({ ...parts.place, clientOrderId: id, action, price, quantity });
    return this.follow(order, at.account.trading.create(command), sentAt);
  }

  /**
   * Exchanges take the id of an ended order again (binance.md F10), and then an answer about "the order of that id" may mean either one.
   * Only the id of a request that was refused, or never arrived, can be tried again.
   */
  private usedBy(id: string): string | null {
    const twin = this.parts.manager.tracker.find({ orderId: null, clientOrderId: id });
    if (twin === null) return null;
    if (!twin.isEnded) return `an unfinished order carries the clientOrderId ${id} already`;
    if (twin.wasRefused || !twin.isProven) return null;
    const { status } = this.parts.manager.snapshot(twin);
    return `order ${twin.id}, now ${status}, had the clientOrderId ${id}; give each order an id of its own`;
  }

  private refuse(kind: ErrorKind, message: string): Promise<Result<string>> {
    return Promise.resolve(fail(new TradeError(message, { kind, outcome: 'not-sent', ...this.parts.place })));
  }

  /** The caller gets the first certainty there is: the reply, or a push that shows the order on the exchange. */
  private follow(order: TrackedOrder, reply: Promise<CreateOutcome>, sentAt: number): Promise<Result<string>> {
    return new Promise((resolve, reject) => {
      const unwatch = order.watch(() => {
        const { orderId, life } = order.state;
        if (orderId !== null && (life === 'open' || life === 'filled' || life === 'canceled')) {
          unwatch();
          resolve(ok(orderId));
        }
      });
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          unwatch();
          settle(value);
        };
      this.conclude(order, reply, sentAt).then(settled(resolve), settled(reject));
    });
  }

  private async conclude(order: TrackedOrder, reply: Promise<CreateOutcome>, sentAt: number): Promise<Result<string>> {
    let outcome: CreateOutcome;
    try {
      outcome = await reply;
    } catch (error) {
      outcome = this.defect(order, error);
    }
    const delayMs = this.parts.clock.monotonic() - sentAt;
    this.record(order, outcome, delayMs);
    switch (outcome.outcome) {
      case 'accepted':
        return this.accepted(order, outcome);
      case 'rejected':
      case 'not-sent':
        // The exchange may contradict itself; a refusal does not undo what it has shown.
        if (order.isProven && !order.wasRefused) return this.doubtful(order, outcome.error, sentAt);
        return this.refused(order, outcome);
      case 'unknown':
        return this.doubtful(order, outcome.error, sentAt);
    }
  }

  private refused(
    order: TrackedOrder,
    { outcome, error }: Extract<CreateOutcome, { outcome: 'rejected' | 'not-sent' }>,
  ): Result<string> {
    const { manager, stats, place } = this.parts;
    stats.refused++;
    // A push may have told it before the reply did (binance.md A6.5, F6).
    if (order.wasRefused) manager.settle(order);
    else {
      // A rate limit stands before the matching as far as the exchanges say, and they do not all say (htx.md 11.3): evidence would count.
      order.refusedForRate = outcome === 'rejected' && error.kind === 'rate-limited';
      manager.conclude(order, order.refusedForRate ? 'presumed-failed' : 'failed', error.message);
    }
    return fail(error.at(place));
  }

  /** A connector that throws has a defect; what it did before nobody knows. */
  private defect(order: TrackedOrder, error: unknown): CreateOutcome {
    this.parts.log.error('placing an order failed unexpectedly', {
      err: error,
      clientOrderId: order.state.clientOrderId,
    });
    const message = error instanceof Error ? error.message : String(error);
    return {
      outcome: 'unknown',
      error: new TradeError(message, { kind: 'unknown', outcome: 'unknown', cause: error }),
    };
  }

  private record(order: TrackedOrder, outcome: CreateOutcome, delayMs: number): void {
    const { journal, clock, stats, place } = this.parts;
    stats.createDelay(delayMs);
    const error = outcome.outcome === 'accepted' ? null : outcome.error;
    const result: RequestResult = {
      request: 'create',
      outcome: outcome.outcome,
      kind: error?.kind ?? null,
      code: error?.code ?? null,
      message: error?.message ?? null,
      at: clock.now(),
    };
    journal.result(order.key, result);
    if (createdChannel.hasSubscribers) {
      createdChannel.publish({ ...place, clientOrderId: order.state.clientOrderId, outcome: outcome.outcome, delayMs });
    }
  }

  private accepted(
    order: TrackedOrder,
    outcome: Extract<CreateOutcome, { outcome: 'accepted' }>,
  ): Promise<Result<string>> | Result<string> {
    const { manager, clock, stats } = this.parts;
    stats.accepted++;
    manager.applyTo(order.state, outcome.reports, clock.monotonic());
    const { orderId } = order.state;
    if (orderId === null) {
      // Taken, but without an id we could give the caller: the look-up brings it.
      const error = new TradeError('the exchange took the order but did not say its id', {
        kind: 'in-doubt',
        outcome: 'unknown',
      });
      return this.doubtful(order, error, clock.monotonic());
    }
    manager.settle(order);
    return ok(orderId);
  }

  private async doubtful(order: TrackedOrder, why: TradeError, sentAt: number): Promise<Result<string>> {
    const { clock, timings, stats, place, log, lookUp } = this.parts;
    const settled = (): boolean => order.phase === 'settled';
    if (!(order.isProven && order.state.orderId !== null)) {
      stats.doubted++;
      order.phase = 'doubt';
      // Whoever waits for the reply, a revoke, waits no longer.
      order.changed();
      log.warn(`order ${order.state.clientOrderId ?? ''} is in doubt (${why.message}); looking it up`);
      lookUp(order);
      const left = Math.max(0, timings.inDoubtPatience - (clock.monotonic() - sentAt));
      await order.until(settled, left, clock);
    } else order.phase = 'settled';
    const { orderId, life } = order.state;
    const details = { ...place, code: why.code, cause: why.cause };
    if (settled() && order.wasRefused) {
      const message = `the exchange refused the order: ${order.state.reason ?? why.message}`;
      return fail(new TradeError(message, { ...details, kind: 'rejected', outcome: 'rejected' }));
    }
    if (settled() && orderId !== null && order.isProven) return ok(orderId);
    if (settled() && life === 'presumed-failed') {
      const message = `the order never arrived: ${order.state.reason ?? why.message}`;
      return fail(new TradeError(message, { ...details, kind: 'timeout', outcome: 'rejected' }));
    }
    const message = `it is not known yet whether the exchange took order ${order.state.clientOrderId ?? ''} (${why.message}); it is being looked up`;
    return fail(new TradeError(message, { ...details, kind: 'in-doubt', outcome: 'unknown' }));
  }
}
