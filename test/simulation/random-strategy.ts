// A strategy without a plan: it places, revokes and asks at random, as fast and as foolishly as a seed tells it to.
// It uses nothing but the public face of Trade; what it is told goes into the ledger.
import type { TradeError } from '../../src/domain/errors.ts';
import { Decimal } from '../../src/domain/decimal.ts';
import type { Trade } from '../../src/trade.ts';
import type { Clock } from '../../src/seam/clock.ts';
import type { Random } from '../../src/seam/random.ts';
import type { Ledger } from './ledger.ts';

export interface Market {
  readonly tickSize: Decimal;
  readonly lotSize: Decimal;
  /** Best prices as the exchange has them, or null while a side is empty. */
  best(): { readonly bid: Decimal; readonly ask: Decimal } | null;
  readonly baseQuantity: Decimal;
}

export class RandomStrategy {
  created = 0;
  revokes = 0;
  readonly errors = new Map<string, number>();
  private running = true;
  private readonly trade: Trade;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly market: Market;
  private readonly ledger: Ledger;
  private inFlight = 0;

  constructor(trade: Trade, tools: { clock: Clock; random: Random; market: Market; ledger: Ledger }) {
    this.trade = trade;
    this.clock = tools.clock;
    this.random = tools.random;
    this.market = tools.market;
    this.ledger = tools.ledger;
  }

  start(): void {
    this.next();
  }

  stop(): void {
    this.running = false;
  }

  /** Calls that have not resolved yet. A call that never resolves is a defect. */
  get pending(): number {
    return this.inFlight;
  }

  private next(): void {
    if (!this.running) return;
    this.clock.after(100 + this.random.int(900), () => {
      if (!this.running) return;
      this.act();
      this.next();
    });
  }

  private act(): void {
    const dice = this.random.int(100);
    if (dice < 62) {
      const burst = dice < 6 ? 5 : 1;
      for (let i = 0; i < burst; i++) this.create();
    } else if (dice < 82) this.revokeSome(1);
    else if (dice < 88) this.revokeSome(3);
    else if (dice < 91) this.call('revoke', this.trade.revokeOrder());
    else if (dice < 96) this.call('ids', this.trade.getOpenOrderIds());
    else this.call('book', this.trade.getOrderbook(5));
  }

  private create(): void {
    const best = this.market.best();
    if (best === null) return;
    const { random } = this;
    const action = random.int(2) === 0 ? 'BUY' : 'SELL';
    const lots = Decimal.from(1 + random.int(8)).mul(this.market.baseQuantity);
    const kind = random.int(10);
    this.created++;
    if (kind === 0) {
      this.call('create', this.trade.createOrder(action, null, lots.toString(), { orderType: 'MARKET' }));
      return;
    }
    const timeInForce = kind === 1 ? 'IOC' : kind === 2 ? 'FOK' : kind === 3 ? 'POST_ONLY' : 'GTC';
    // From a few ticks through the other side's best to a good way behind one's own.
    const offset = Decimal.from(random.int(12) - 3).mul(this.market.tickSize);
    const price = action === 'BUY' ? best.ask.sub(offset) : best.bid.add(offset);
    if (!price.isPositive()) return;
    this.call('create', this.trade.createOrder(action, price.toString(), lots.toString(), { timeInForce }));
  }

  private revokeSome(count: number): void {
    const ids = [...this.trade.orders.values()].map((order) => order.orderId).filter((id) => id !== '');
    if (ids.length === 0) return;
    const chosen: string[] = [];
    for (let i = 0; i < count; i++) {
      const id = ids[this.random.int(ids.length)];
      if (id !== undefined && !chosen.includes(id)) chosen.push(id);
    }
    this.revokes++;
    this.call('revoke', this.trade.revokeOrder(...chosen));
  }

  private call(what: string, promise: Promise<readonly [unknown, TradeError | null]>): void {
    this.inFlight++;
    void promise.then(([value, error]) => {
      this.inFlight--;
      if (error === null) this.ledger.note(what, value);
      else {
        this.errors.set(error.kind, (this.errors.get(error.kind) ?? 0) + 1);
        this.ledger.note(`${what} failed`, [error.kind, error.outcome, error.message]);
      }
    });
  }
}
