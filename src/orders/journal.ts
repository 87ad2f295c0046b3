// The journal as the order core sees it: what must survive the death of the process. Where it is kept is storage/'s part.
// The exchange is the truth; the journal says what to ask, and what the strategy has been told already.

import type { OrderState } from '../domain/merge.ts';
import type { OrderReport } from '../domain/order-report.ts';
import type { OrderAction, OrderStatus, OrderType, TimeInForce } from '../domain/order.ts';
import type { Platform } from '../domain/platform.ts';
import type { RevokeReceipt } from '../domain/unfinished-orders.ts';

/** Whose orders: one strategy on one symbol of one account. */
export interface JournalScope {
  readonly platform: Platform;
  /** Which of the platform's worlds of orders (`Exchange.venue`): '' for live. */
  readonly venue: string;
  readonly account: string;
  readonly symbol: string;
  readonly strategy: string;
}

/** An order of our own before it is sent. Decimals as text. */
export interface Intent {
  readonly clientOrderId: string;
  readonly action: OrderAction;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly price: string | null;
  readonly quantity: string | null;
  readonly quoteQuantity: string | null;
  /** Our clock, ms. */
  readonly at: number;
}

/** What came of a request, for the audit trail. */
export interface RequestResult {
  readonly request: 'create' | 'cancel';
  readonly outcome: string;
  readonly kind: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly at: number;
}

/** An order that an earlier process knew and had not seen to its end. */
export interface RememberedOrder {
  readonly key: string;
  readonly intent: Intent | null;
  /** Taken on as the strategy's own although somebody else placed it. */
  readonly adopted: boolean;
  /** Everything that was heard of it. Merging it all gives the state it had. */
  readonly reports: readonly OrderReport[];
  /** Trade ids that onFill was called for, under whatever name of the order, or that belong to the time before the first start. */
  readonly told: ReadonlySet<string>;
}

export interface FinishedOrder {
  readonly orderId: string;
  readonly status: OrderStatus;
}

/** `key` names an order for the journal: it is given when tracking begins and never changes. */
export interface OrderJournal {
  /** What earlier processes left unfinished. Called once, before anything else. */
  load(): readonly RememberedOrder[];
  /** When an earlier process last proved its view equal to the exchange's (our clock, ms); null when none ever did. */
  lastProof(): number | null;
  /** Trade ids that onFill was called for, of an order by the exchange's id, finished or not; null when that cannot be read. */
  toldOf(orderId: string): ReadonlySet<string> | null;
  /**
   * Orders closed since a time (our clock, ms): a fill of theirs that turns up again is old news. With them, however old, those whose client
   * id an unfinished order has whose exchange id is not known: an answer to a question by client id may be about them.
   */
  finishedSince(since: number): readonly FinishedOrder[];
  /** Safe from the death of this process before anything leaves it (see `Journal.writeIntents`). */
  intent(key: string, intent: Intent): void;
  /**
   * Only enqueues, as do all that follow: the callback path pays for no writing.
   * @param known what it has been told of the order before: it need not keep that twice
   */
  report(key: string, report: OrderReport, at: number, known?: OrderState): void;
  adopted(key: string): void;
  told(key: string, tradeId: string): void;
  /** The strategy knows the order's end and all its fills: nothing has to be remembered for the next start. */
  closed(key: string, status: OrderStatus, at: number): void;
  result(key: string, result: RequestResult): void;
  receipt(receipt: RevokeReceipt): void;
  /** The view was proven equal to the exchange's as of then. */
  proof(at: number): void;
}

/** Where orders are kept apart whoever placed them: one symbol of one account. */
export type JournalPlace = Omit<JournalScope, 'strategy'>;

export interface HistoryQuery {
  readonly platform?: Platform | undefined;
  readonly account?: string | undefined;
  readonly symbol?: string | undefined;
  readonly strategy?: string | undefined;
  /** Our clock, ms. */
  readonly since?: number | undefined;
  readonly limit?: number | undefined;
}

export interface HistoryEvent {
  readonly at: number;
  readonly what: 'intent' | 'report' | 'result' | 'closed';
  readonly detail: unknown;
}

/** An order in a few words, as far as it was heard of. Decimals as text. */
export interface OrderSummary {
  /** By the strategy: it meant to, or the client order id is one of its own. False: it was told of somebody else's. */
  readonly placed: boolean;
  readonly action: OrderAction | null;
  readonly orderType: OrderType | null;
  readonly price: string | null;
  readonly quantity: string | null;
  readonly filled: string;
}

export interface OrderHistory extends JournalScope, OrderSummary {
  readonly key: string;
  readonly orderId: string | null;
  readonly clientOrderId: string | null;
  /** Taken on as the strategy's own although somebody else placed it. */
  readonly adopted: boolean;
  /** Null while the order is not finished. */
  readonly status: OrderStatus | null;
  readonly events: readonly HistoryEvent[];
}

export interface Journal {
  open(scope: JournalScope): OrderJournal;
  /** Every intent so far is safe from the death of this process when it returns. The transport has it called before anything leaves. */
  writeIntents(): void;
  /** Newest first. */
  history(query: HistoryQuery): readonly OrderHistory[];
  receipts(query: HistoryQuery): readonly RevokeReceipt[];
  /** Resolves when everything enqueued so far is written. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
