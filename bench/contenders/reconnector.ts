// A strategy's process that is cut off again and again: a Trade in a hurry, with production defaults otherwise and its journal on disk.
// It says when its stream is whole again, what was pushed to it since, and what it holds of the system. Who cuts, and judges, is the case's part.
import { readdirSync, readlinkSync } from 'node:fs';
import { exchangeOf } from '../../src/exchanges/index.ts';
import { Trade } from '../../src/index.ts';
import { AccountSessions } from '../../src/orders/account-sessions.ts';
import { openJournal } from '../../src/runtime/assembly/journal.ts';
import { systemRandom } from '../../src/runtime/random.ts';
import { silentLog } from '../../src/seam/log.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';
import { realTransport } from '../../src/wire/transport-real.ts';
import { answer } from '../harness/child.ts';
import { hurriedClock, type Hurry } from '../harness/hurried-clock.ts';
import { ourOptions, type Target } from './kit.ts';

/** Connections of the private stream that were logged in, whether the one before had broken or was only replaced. */
let logins = 0;
let isGapOpen = false;
/** Orders whose end was told since the last login. */
const ended = new Set<string>();
/** Called after whatever may be waited for. */
let changed: () => void = () => undefined;

/** Resolves with the first answer of `look` that is not null: asked now, and whenever something happened. */
function until<T>(look: () => T | null): Promise<T> {
  return new Promise((resolve) => {
    changed = () => {
      const found = look();
      if (found === null) return;
      changed = () => undefined;
      resolve(found);
    };
    changed();
  });
}

function descriptors(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      // The one that listed them is closed again.
      return [];
    }
  });
}

answer({
  async connect(target: Target, hurry: Hurry) {
    const clock = hurriedClock(hurry);
    const trade = new Trade(
      {
        ...ourOptions(target),
        // Between gaps nothing but the stream may tell of an order.
        timings: { reconcileEvery: 24 * 3_600_000 },
        onOrderUpdate({ orderId, status }) {
          if (status === 'CANCELED') ended.add(orderId);
          changed();
        },
        onConnection({ type }) {
          if (type === 'authenticated') {
            logins++;
            ended.clear();
          } else if (type === 'gap-opened') isGapOpen = true;
          else if (type === 'gap-closed') isGapOpen = false;
          changed();
        },
      },
      {
        clock,
        // One connection for requests: how many there are else depends on chance, and they would be counted with what leaks.
        transport: realTransport(clock, { connections: 1 }),
        random: systemRandom,
        log: silentLog,
        budgets: createRateBudgets(),
        journal: openJournal(undefined),
        sessions: new AccountSessions(),
        exchange: exchangeOf,
      },
    );
    if (!(await trade.ready)) throw new Error('the Trade did not become ready');
  },
  /** Resolves when the journal has so much to do that it is written by a thread of its own, which holds files of its own. */
  async hasJournalThread() {
    while (descriptors().filter((file) => file.endsWith('/journal.sqlite')).length < 2)
      await new Promise((resolve) => setTimeout(resolve, 20));
  },
  /** Resolves when there were more logins than these and no gap is open; with how many. */
  whole: (than: number) => until(() => (logins > than && !isGapOpen ? logins : null)),
  /** Resolves with true when the end of the order was told, with false when the connection it came on is no longer the last. */
  heard(orderId: string, loginsThen: number) {
    return until(() => (logins > loginsThen ? false : ended.has(orderId) ? true : null));
  },
  held() {
    globalThis.gc?.();
    return { descriptors: descriptors().length, heap: process.memoryUsage().heapUsed };
  },
});
