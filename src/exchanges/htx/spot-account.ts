// Which account a row is about. The spot account is the one traded here; a user's margin accounts push on the same channels, with sequence numbers
// of their own, and their fills stand in the same lists (htx.md 4.1, 5.16, 8.3-8.5).

/** Order ids that are kept: far more than a margin account has alive at any time. */
const MOST_KEPT = 2_000;

/** Sources of the margin accounts' orders: margin-api, super-margin-api, c2c-margin-api (5.1). */
const MARGIN = 'margin';

export class SpotAccount {
  #id: string | null = null;
  /** Oldest first. */
  readonly #othersOrders = new Set<string>();

  /** Null until learned; until then every row counts as ours. */
  get id(): string | null {
    return this.#id;
  }

  learn(id: string): void {
    this.#id = id;
  }

  /** @param accountId '' when the row names none: then it counts as ours */
  isOther(accountId: string): boolean {
    return accountId !== '' && this.#id !== null && accountId !== this.#id;
  }

  /**
   * Whether the order is another account's. Trades and cancellations of the order channel name no account (8.3): those of an order that
   * was told to be another's are known by its id.
   * @param accountId,source '' when the row has none
   */
  isOthersOrder(orderId: string, accountId: string, source: string): boolean {
    const isOthers =
      accountId === ''
        ? source.includes(MARGIN) || (this.#othersOrders.size > 0 && this.#othersOrders.has(orderId))
        : this.isOther(accountId);
    if (isOthers && orderId !== '') this.#remember(orderId);
    return isOthers;
  }

  #remember(orderId: string): void {
    this.#othersOrders.add(orderId);
    if (this.#othersOrders.size <= MOST_KEPT) return;
    for (const oldest of this.#othersOrders) {
      this.#othersOrders.delete(oldest);
      return;
    }
  }
}
