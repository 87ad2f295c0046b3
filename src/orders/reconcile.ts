// Reconciliation as a pure function: from our view and the exchange's answers so far to what must be asked next and what is still open.
// The same for start, reconnect and the periodic comparison. Who asks, and when, is reconciler.ts's part.

import { merge, newOrderState, unexplainedQuantity, type OrderState } from '../domain/merge.ts';
import type { OrderReport } from '../domain/order-report.ts';
import { isEnded } from '../domain/transitions.ts';
import type { OrderRef, QueryOutcome } from '../exchanges/exchange.ts';
import type { Decimal } from '../domain/decimal.ts';

/** An order as we see it before the exchange was asked. */
export interface LocalOrder {
  readonly state: OrderState;
  /** Its request is on its way: whether the exchange has it is not the question yet. */
  readonly isSending: boolean;
  /** Filled before the first start and never to be told: nothing to explain. */
  readonly silent: Decimal;
}

export interface View {
  readonly orders: readonly LocalOrder[];
  /** Ask for all fills since this exchange time (ms); null: the fills of single orders will do. */
  readonly fillsSince: number | null;
}

/** One question to the exchange. `name` identifies it among the answers. */
export type Question =
  | { readonly ask: 'open-orders'; readonly name: string }
  | { readonly ask: 'fills-since'; readonly name: string; readonly since: number }
  | { readonly ask: 'order'; readonly name: string; readonly ref: OrderRef }
  | { readonly ask: 'fills-of'; readonly name: string; readonly ref: OrderRef; readonly placedAt: number };

/** Answers by name of the question. A question without an answer is not here. */
export interface Answers {
  readonly openOrders: readonly OrderReport[] | null;
  readonly fillsSince: readonly OrderReport[] | null;
  readonly orders: ReadonlyMap<string, Exclude<QueryOutcome, { readonly outcome: 'no-answer' }>>;
  readonly fillsOf: ReadonlyMap<string, readonly OrderReport[]>;
}

export interface Step {
  /** What to ask next; empty when the exchange has said all there is to say. */
  readonly questions: readonly Question[];
  /** Orders we believed alive that are in no list and that the exchange says it does not know. */
  readonly unknown: readonly OrderRef[];
}

const refOf = ({ orderId, clientOrderId }: OrderRef): OrderRef => ({ orderId, clientOrderId });
export const nameOf = (ref: OrderRef): string => ref.orderId ?? `c:${ref.clientOrderId ?? ''}`;

/** States under both ids. */
class Draft {
  private readonly byOrderId = new Map<string, Entry>();
  private readonly byClientId = new Map<string, Entry>();
  readonly entries: Entry[] = [];

  add(entry: Entry): void {
    this.entries.push(entry);
    this.index(entry);
  }

  private index(entry: Entry): void {
    const { orderId, clientOrderId } = entry.state;
    if (orderId !== null) this.byOrderId.set(orderId, entry);
    if (clientOrderId !== null) this.byClientId.set(clientOrderId, entry);
  }

  find({ orderId, clientOrderId }: OrderRef): Entry | null {
    const byId = orderId === null ? undefined : this.byOrderId.get(orderId);
    if (byId !== undefined) return byId;
    const byClient = clientOrderId === null ? undefined : this.byClientId.get(clientOrderId);
    if (byClient === undefined) return null;
    const other = byClient.state.orderId;
    return orderId === null || other === null || other === orderId ? byClient : null;
  }

  take(reports: readonly OrderReport[]): void {
    for (const report of reports) {
      let entry = this.find(report);
      if (entry === null) {
        entry = { local: null, state: newOrderState(report.symbol) };
        this.entries.push(entry);
      }
      entry.state = merge(entry.state, report).state;
      this.index(entry);
    }
  }
}

interface Entry {
  readonly local: LocalOrder | null;
  state: OrderState;
}

/** What to do next. Depends on its arguments only, and not on the order of the reports in them. */
export function reconcile(view: View, answers: Answers): Step {
  const first: Question[] = [];
  if (answers.openOrders === null) first.push({ ask: 'open-orders', name: 'open-orders' });
  if (view.fillsSince !== null && answers.fillsSince === null) {
    first.push({ ask: 'fills-since', name: 'fills-since', since: view.fillsSince });
  }
  if (answers.openOrders === null || first.length > 0) return { questions: first, unknown: [] };

  const draft = new Draft();
  for (const local of view.orders) draft.add({ local, state: local.state });
  draft.take(answers.openOrders);
  const listed = new Set(answers.openOrders.map((report) => draft.find(report)));
  if (answers.fillsSince !== null) draft.take(answers.fillsSince);
  for (const answer of answers.orders.values()) if (answer.outcome === 'found') draft.take(answer.reports);
  for (const reports of answers.fillsOf.values()) draft.take(reports);

  const questions: Question[] = [];
  const unknown: OrderRef[] = [];
  for (const entry of draft.entries) {
    const ref = refOf(entry.state);
    // The name under which it was asked: its ids may have become known by the answer.
    const names = [nameOf(ref), `c:${ref.clientOrderId ?? ''}`];
    const answer = names.map((name) => answers.orders.get(name)).find((found) => found !== undefined);
    if (needsAsking(entry, listed.has(entry))) {
      if (answer === undefined) questions.push({ ask: 'order', name: nameOf(ref), ref });
      else if (answer.outcome === 'not-found' && entry.state.life !== 'presumed-failed') unknown.push(ref);
      if (answer?.outcome !== 'found') continue;
    }
    const silent = entry.local === null ? null : entry.local.silent;
    const unexplained = unexplainedQuantity(entry.state);
    const open = silent === null ? unexplained : unexplained.sub(silent);
    if (open.isPositive() && !names.some((name) => answers.fillsOf.has(name))) {
      questions.push({ ask: 'fills-of', name: nameOf(ref), ref, placedAt: entry.state.ctime });
    }
  }
  return { questions, unknown };
}

/** Missing from the list never means ended: it means asking for it by id. So does one of which only a fill is known. */
function needsAsking(entry: Entry, listed: boolean): boolean {
  if (listed) return false;
  if (entry.local === null) return entry.state.action === null || entry.state.life === 'unseen';
  if (entry.local.isSending) return false;
  return !isEnded(entry.local.state.life) || entry.local.state.life === 'presumed-failed';
}
