// The private channels: orders, account, balance_and_position, positions (okx.md 7, 8), fed by the venue's events.
// Rows are order-rows.ts's and balances.ts's; faults strike on the way out, in the gateway.

import type { Balance, VenueEvent, VenueFill, VenueOrder } from '../venue.ts';
import { balanceRow, cashRow, heldBalances } from './balances.ts';
import { includesSpot, instIdOf } from './instruments.ts';
import { pushRow, type Row } from './order-rows.ts';
import type { Site } from './site.ts';
import { Ticker, type Subscriber, type Subscription } from './subscription.ts';

/** What an `orders` subscription lets through. */
interface OrdersFilter {
  readonly instType: string;
  readonly instFamily: string;
  readonly instId: string;
}

interface Listener {
  readonly subscriber: Subscriber;
  readonly wants: (instId: string) => boolean;
}

/** Subscribers of one channel by account. */
class Audience {
  private readonly byUid = new Map<number, Set<Listener>>();

  add(subscriber: Subscriber, wants: (instId: string) => boolean = () => true): () => void {
    const uid = subscriber.account?.uid ?? -1;
    const listener = { subscriber, wants };
    let own = this.byUid.get(uid);
    if (own === undefined) this.byUid.set(uid, (own = new Set()));
    own.add(listener);
    return () => {
      own.delete(listener);
    };
  }

  of(uid: number): Iterable<Listener> {
    return this.byUid.get(uid) ?? [];
  }

  has(uid: number): boolean {
    return (this.byUid.get(uid)?.size ?? 0) > 0;
  }
}

/** Unless a subscriber asks for events only, the account is shown every so often anyway. */
const ACCOUNT_INTERVAL_MS = 5000;

export class PrivateFeed {
  private readonly site: Site;
  private readonly orders = new Audience();
  private readonly accounts = new Audience();
  private readonly cash = new Audience();
  /** Trades of the engine's current step, by account, until the balances they changed are told. */
  private readonly tradesOfStep = new Map<number, Row[]>();
  private readonly stopListening: () => void;

  constructor(site: Site) {
    this.site = site;
    this.stopListening = site.venue.listen((event) => this.hear(event));
  }

  close(): void {
    this.stopListening();
  }

  /** No snapshot: only what happens from now on (okx.md 7.1). */
  openOrders(subscriber: Subscriber, filter: OrdersFilter): Subscription {
    const wants = (instId: string): boolean =>
      includesSpot(filter.instType) && filter.instFamily === '' && (filter.instId === '' || filter.instId === instId);
    return { begin: () => undefined, end: this.orders.add(subscriber, wants) };
  }

  /** @param eventsOnly updateInterval "0": nothing but events */
  openAccount(subscriber: Subscriber, eventsOnly: boolean): Subscription {
    const remove = this.accounts.add(subscriber);
    const regular = new Ticker(this.site.clock, ACCOUNT_INTERVAL_MS, () => this.accountSnapshot(subscriber));
    return {
      begin: () => {
        this.accountSnapshot(subscriber);
        if (!eventsOnly) regular.start();
      },
      end: () => {
        remove();
        regular.stop();
      },
    };
  }

  openBalanceAndPosition(subscriber: Subscriber): Subscription {
    return {
      begin: () => {
        const { account } = subscriber;
        if (account !== null) this.pushCash(subscriber, 'snapshot', heldBalances(account), []);
      },
      end: this.cash.add(subscriber),
    };
  }

  /** There are no positions in spot. */
  openPositions(subscriber: Subscriber): Subscription {
    return {
      begin: () =>
        subscriber.push(
          `{"arg":${subscriber.argText},"eventType":"snapshot","curPage":1,"lastPage":true,"data":[]}`,
          null,
        ),
      end: () => undefined,
    };
  }

  private hear(event: VenueEvent): void {
    switch (event.type) {
      case 'order-accepted':
        if (!this.diedOnEntry(event.order)) this.pushOrder(event.order, null);
        break;
      case 'order-filled':
        this.noteTrade(event.fill);
        this.pushOrder(event.order, event.fill);
        break;
      case 'order-ended':
        this.pushOrder(event.order, null);
        break;
      case 'balances':
        this.pushBalances(event.accountUid, event.changed, event.cause);
        break;
      case 'order-rejected':
      case 'trade':
      case 'book':
        break;
    }
  }

  /** A post-only order that would take is never shown as live (okx.md 7.7). */
  private diedOnEntry(order: VenueOrder): boolean {
    if (!order.postOnly) return false;
    const now = this.site.venue.order(order.accountUid, order.symbol, { orderId: order.orderId });
    return now?.endReason === 'post-only-would-take';
  }

  private pushOrder(order: VenueOrder, fill: VenueFill | null): void {
    if (!this.orders.has(order.accountUid)) return;
    const instId = instIdOf(order.symbol);
    let text: string | null = null;
    for (const { subscriber, wants } of this.orders.of(order.accountUid)) {
      if (!wants(instId)) continue;
      text ??= JSON.stringify(pushRow(order, fill, this.site.venue.lastPrice(order.symbol)));
      subscriber.push(`{"arg":${subscriber.argText},"data":[${text}]}`, order.symbol);
    }
  }

  private noteTrade(fill: VenueFill): void {
    if (!this.cash.has(fill.accountUid)) return;
    const trades = this.tradesOfStep.get(fill.accountUid) ?? [];
    this.tradesOfStep.set(fill.accountUid, [
      ...trades,
      { instId: instIdOf(fill.symbol), tradeId: String(fill.tradeId) },
    ]);
  }

  private pushBalances(
    uid: number,
    changed: readonly Balance[],
    cause: 'place' | 'match' | 'cancel' | 'deposit',
  ): void {
    const account = this.site.venue.accountByUid(uid);
    if (account === null) return;
    if (this.accounts.has(uid)) {
      const text = JSON.stringify(balanceRow(this.site, account, changed));
      for (const { subscriber } of this.accounts.of(uid)) {
        subscriber.push(`{"arg":${subscriber.argText},"eventType":"event_update","data":[${text}]}`, null);
      }
    }
    // Freezing and releasing leave the cash balance as it is.
    if (cause === 'place' || cause === 'cancel') return;
    const trades = this.tradesOfStep.get(uid) ?? [];
    this.tradesOfStep.delete(uid);
    for (const { subscriber } of this.cash.of(uid)) {
      this.pushCash(subscriber, cause === 'match' ? 'filled' : 'transferred', changed, trades);
    }
  }

  private accountSnapshot(subscriber: Subscriber): void {
    const { account } = subscriber;
    if (account === null) return;
    const row = JSON.stringify(balanceRow(this.site, account, heldBalances(account)));
    subscriber.push(
      `{"arg":${subscriber.argText},"eventType":"snapshot","curPage":1,"lastPage":true,"data":[${row}]}`,
      null,
    );
  }

  private pushCash(
    subscriber: Subscriber,
    eventType: string,
    balances: readonly Balance[],
    trades: readonly Row[],
  ): void {
    const pTime = String(this.site.now());
    const balData = balances.map((balance) => cashRow(balance, pTime));
    const row = { pTime, eventType, balData, posData: [], trades };
    subscriber.push(`{"arg":${subscriber.argText},"data":[${JSON.stringify(row)}]}`, null);
  }
}
