// Connectors that break a rule on purpose, wrapped around the port: the simulation must notice each of them (mutants.test.ts).
// Nothing of this is in the program.
import { Decimal } from '../../src/domain/decimal.ts';
import { fail, ok } from '../../src/domain/errors.ts';
import { EMPTY_REPORT, type OrderReport } from '../../src/domain/order-report.ts';
import type { AccountFeedHandlers, Exchange, ExchangeAccount, Trading } from '../../src/exchanges/exchange.ts';
import type { FaultRule } from '../../src/simulator/index.ts';

/** `target` but for `members`. Methods keep their own `this`. */
function but<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get: (object, name) => {
      if (name in members) return Reflect.get(members, name) as unknown;
      const value: unknown = Reflect.get(object, name);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}

function withAccount(exchange: Exchange, change: (account: ExchangeAccount) => ExchangeAccount): Exchange {
  return but(exchange, { open: (config, environment) => change(exchange.open(config, environment)) });
}

function withTrading(exchange: Exchange, change: (trading: Trading) => Partial<Trading>): Exchange {
  return withAccount(exchange, (account) => but(account, { trading: but(account.trading, change(account.trading)) }));
}

type Wrap = (handlers: AccountFeedHandlers) => Partial<AccountFeedHandlers>;

function withFeed(exchange: Exchange, wrap: Wrap): Exchange {
  return withAccount(exchange, (account) => {
    const { feed } = account;
    return but(account, { feed: but(feed, { start: (handlers) => feed.start(but(handlers, wrap(handlers))) }) });
  });
}

/** Every decimal of a report after a trip through a binary float that is rounded as floats invite one to. */
function throughFloats(report: OrderReport): OrderReport {
  const blur = (value: Decimal | null): Decimal | null =>
    value === null ? null : Decimal.from(((Number(value.toString()) * 1.1) / 1.1 + 1e-17).toString());
  const { fill } = report;
  return {
    ...report,
    filledValue: blur(report.filledValue),
    fee: blur(report.fee),
    fill: fill === null ? null : { ...fill, price: blur(fill.price) ?? fill.price, fee: blur(fill.fee) },
  };
}

export interface Mutant {
  readonly name: string;
  /** The fault plan under which it must be noticed. */
  readonly plan: string;
  /** Instead of the plan's rules. */
  readonly rules?: readonly FaultRule[];
  mutate(exchange: Exchange): Exchange;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'resend on time-out',
    plan: 'replies-lost',
    mutate: (exchange) =>
      withTrading(exchange, (trading) => ({
        create: async (command) => {
          const first = await trading.create(command);
          if (first.outcome !== 'unknown') return first;
          return trading.create({ ...command, clientOrderId: `${command.clientOrderId}x` });
        },
      })),
  },
  {
    name: 'resend on time-out under the same client id',
    plan: 'replies-lost',
    mutate: (exchange) =>
      withTrading(exchange, (trading) => ({
        create: async (command) => {
          const first = await trading.create(command);
          return first.outcome === 'unknown' ? trading.create(command) : first;
        },
      })),
  },
  {
    name: 'a time-out means refused',
    plan: 'replies-lost',
    mutate: (exchange) =>
      withTrading(exchange, (trading) => ({
        create: async (command) => {
          const outcome = await trading.create(command);
          return outcome.outcome === 'unknown' ? { outcome: 'rejected', error: outcome.error } : outcome;
        },
      })),
  },
  {
    name: 'drop the buffer',
    plan: 'cuts',
    rules: [
      { fault: 'connection-cut', stream: 'private', every: 8000 },
      { fault: 'reply-late', operation: 'open-orders', delayMs: [1000, 2500] },
    ],
    mutate: (exchange) =>
      withAccount(exchange, (account) => {
        // Deaf from the moment the stream lives until everything that is asked then has been answered.
        let asking = 0;
        let deaf = false;
        const asked = async <T>(answer: Promise<T>): Promise<T> => {
          asking++;
          try {
            return await answer;
          } finally {
            if (--asking === 0) deaf = false;
          }
        };
        const { feed, trading } = account;
        return but(account, {
          feed: but(feed, {
            start: (handlers) =>
              feed.start(
                but(handlers, {
                  onLive: () => {
                    deaf = true;
                    handlers.onLive();
                  },
                  onReports: (reports, receivedAt) => {
                    if (!deaf) handlers.onReports(reports, receivedAt);
                  },
                }),
              ),
          }),
          trading: but(trading, {
            openOrders: (instrument) => asked(trading.openOrders(instrument)),
            fills: (instrument, of) => asked(trading.fills(instrument, of)),
            query: (instrument, ref) => asked(trading.query(instrument, ref)),
          }),
        });
      }),
  },
  {
    name: 'no reconcile on reconnect',
    plan: 'cuts',
    mutate: (exchange) =>
      withAccount(exchange, (account) => {
        let isFirst = true;
        const { feed, trading } = account;
        return but(account, {
          // The break is hidden from the order core: nothing is held back, nothing is asked.
          feed: but(feed, {
            start: (handlers) =>
              feed.start(
                but(handlers, {
                  onLive: () => {
                    if (isFirst) handlers.onLive();
                    isFirst = false;
                  },
                  onBroken: () => undefined,
                }),
              ),
          }),
          trading: but(trading, {
            fills: async (instrument, of) => ('since' in of ? ok([]) : trading.fills(instrument, of)),
          }),
        });
      }),
  },
  {
    name: 'trust "not found"',
    plan: 'query-lag',
    mutate: (exchange) =>
      withTrading(exchange, (trading) => ({
        query: async (instrument, ref) => {
          const answer = await trading.query(instrument, ref);
          if (answer.outcome !== 'not-found') return answer;
          const ended: OrderReport = {
            ...EMPTY_REPORT,
            ...ref,
            source: 'query',
            symbol: instrument.symbol,
            life: 'canceled',
          };
          return { outcome: 'found', reports: [ended] };
        },
      })),
  },
  {
    name: 'a network error counts as "not found"',
    plan: 'everything',
    mutate: (exchange) =>
      withTrading(exchange, (trading) => ({
        query: async (instrument, ref) => {
          const answer = await trading.query(instrument, ref);
          if (answer.outcome === 'found') return answer;
          const ended: OrderReport = {
            ...EMPTY_REPORT,
            ...ref,
            source: 'query',
            symbol: instrument.symbol,
            life: 'failed',
          };
          return { outcome: 'found', reports: [ended] };
        },
      })),
  },
  {
    name: '"unknown order" on a cancel means canceled',
    plan: 'cancel-races',
    mutate: (exchange) =>
      withTrading(exchange, (trading) => ({
        cancel: async (instrument, refs) => {
          const outcomes = await trading.cancel(instrument, refs);
          return outcomes.map((outcome, index) => {
            const ref = refs[index];
            if (outcome.outcome !== 'gone' || ref === undefined) return outcome;
            const ended: OrderReport = {
              ...EMPTY_REPORT,
              ...ref,
              source: 'cancel-reply',
              symbol: instrument.symbol,
              life: 'canceled',
              reason: 'gone',
            };
            return { outcome: 'accepted', reports: [ended] };
          });
        },
      })),
  },
  {
    name: 'missing from the list means canceled',
    plan: 'stale-lists',
    rules: [
      { fault: 'open-orders-partial', probability: 0.5, fraction: 0.5 },
      { fault: 'connection-cut', stream: 'private', every: 10_000 },
    ],
    mutate: (exchange) => {
      // A client that believes every list: what it lists no more has ended.
      return withAccount(exchange, (account) => {
        const { trading } = account;
        const listed = new Set<string>();
        return but(account, {
          trading: but(trading, {
            openOrders: async (instrument) => {
              const [reports, error] = await trading.openOrders(instrument);
              if (error !== null) return fail(error);
              const now = new Set(reports.map(({ orderId }) => orderId));
              const gone = [...listed].filter((id) => !now.has(id));
              for (const { orderId } of reports) if (orderId !== null) listed.add(orderId);
              for (const id of gone) listed.delete(id);
              return ok([
                ...reports,
                ...gone.map((orderId): OrderReport => ({
                  ...EMPTY_REPORT,
                  orderId,
                  source: 'open-orders',
                  symbol: instrument.symbol,
                  life: 'canceled',
                })),
              ]);
            },
          }),
        });
      });
    },
  },
  {
    name: 'skip the fill de-duplication',
    plan: 'pushes-shuffled',
    mutate: (exchange) => {
      let number = 0;
      return withFeed(exchange, (handlers) => ({
        onReports: (reports, receivedAt) => {
          const renamed = reports.map((report) =>
            report.fill === null
              ? report
              : { ...report, fill: { ...report.fill, tradeId: `${report.fill.tradeId}-${number++}` } },
          );
          handlers.onReports(renamed, receivedAt);
        },
      }));
    },
  },
  {
    name: 'amounts through floats',
    plan: 'calm',
    mutate: (exchange) =>
      withFeed(exchange, (handlers) => ({
        onReports: (reports, receivedAt) => handlers.onReports(reports.map(throughFloats), receivedAt),
      })),
  },
  {
    name: 'only the first page of open orders',
    plan: 'cuts',
    mutate: (exchange) =>
      withTrading(exchange, (trading) => ({
        openOrders: async (instrument) => {
          const [reports, error] = await trading.openOrders(instrument);
          // A page of this exchange holds one order.
          return error === null ? ok(reports.slice(0, 1)) : fail(error);
        },
      })),
  },
];
