// Somebody who trades on the same account by hand.
import { Decimal } from '../../src/domain/decimal.ts';
import type { Platform } from '../../src/domain/platform.ts';
import { HAND } from './audit.ts';
import { SYMBOL, type World } from './world.ts';

/** Places and cancels now and then, until that time. */
export function person(world: World, until: number): void {
  const { clock, random, venue, market, uid } = world;
  clock.after(2000 + random.int(8000), () => {
    if (clock.now() >= until) return;
    const best = market.best();
    const open = venue.openOrders(uid, SYMBOL);
    if (random.int(4) === 0 && open.length > 0) {
      const victim = open[random.int(open.length)];
      if (victim !== undefined) venue.cancel(uid, SYMBOL, { orderId: victim.orderId }, '');
    } else if (best !== null) {
      venue.place(
        uid,
        {
          symbol: SYMBOL,
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          postOnly: false,
          price: best.bid.sub(market.tickSize.mul(Decimal.from(random.int(10)))),
          quantity: market.baseQuantity,
          quoteQuantity: null,
          clientOrderId: `${HAND}${random.id(8)}`,
          selfTradePrevention: 'none',
          tag: HAND_TAGS[world.scenario.platform],
        },
        { uniqueClientOrderIds: true, postOnly: 'reject' },
      );
    }
    person(world, until);
  });
}

/** What a dialect wants to find on an order that did not come through it. */
const HAND_TAGS: Readonly<Record<Platform, Readonly<Record<string, string>>>> = {
  binance: {},
  okx: {},
  htx: { type: 'buy-limit' },
};
