// Connectors that break a rule on purpose, wrapped around the port: the simulation must notice each of them. Nothing of this is in the program.
import { EMPTY_REPORT, type OrderReport } from '../../src/domain/order-report.ts';
import type { AccountFeedHandlers, Exchange, ExchangeAccount, Trading } from '../../src/exchanges/exchange.ts';

function withAccount(exchange: Exchange, change: (account: ExchangeAccount) => ExchangeAccount): Exchange {
  return {
    ...exchange,
    endpoints: (option) => exchange.endpoints(option),
    checkCredentials: (config) => exchange.checkCredentials(config),
    open: (config, environment) => change(exchange.open(config, environment)),
  };
}

/** An account that is the given one but for some members. */
function override(account: ExchangeAccount, members: Partial<ExchangeAccount>): ExchangeAccount {
  return new Proxy(account, {
    get: (target, name) => {
      if (name in members) return Reflect.get(members, name) as unknown;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function overrideTrading(account: ExchangeAccount, members: (trading: Trading) => Partial<Trading>): ExchangeAccount {
  const { trading } = account;
  const changed = members(trading);
  const proxy = new Proxy(trading, {
    get: (target, name) => {
      if (name in changed) return Reflect.get(changed, name) as unknown;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return override(account, { trading: proxy });
}

function overrideFeed(
  account: ExchangeAccount,
  wrap: (handlers: AccountFeedHandlers) => AccountFeedHandlers,
): ExchangeAccount {
  const { feed } = account;
  const proxy = new Proxy(feed, {
    get: (target, name) => {
      if (name === 'start') return (handlers: AccountFeedHandlers) => target.start(wrap(handlers));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return override(account, { feed: proxy });
}

export interface Mutant {
  readonly name: string;
  /** The fault plan under which it must be noticed. */
  readonly plan: string;
  mutate(exchange: Exchange): Exchange;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'resend on time-out',
    plan: 'replies-lost',
    mutate: (exchange) =>
      withAccount(exchange, (account) =>
        overrideTrading(account, (trading) => ({
          create: async (command) => {
            const first = await trading.create(command);
            return first.outcome === 'unknown'
              ? trading.create({ ...command, clientOrderId: `${command.clientOrderId}x` })
              : first;
          },
        })),
      ),
  },
  {
    name: 'trust "not found"',
    plan: 'query-lag',
    mutate: (exchange) =>
      withAccount(exchange, (account) =>
        overrideTrading(account, (trading) => ({
          query: async (instrument, ref) => {
            const answer = await trading.query(instrument, ref);
            if (answer.outcome !== 'not-found') return answer;
            const report: OrderReport = {
              ...EMPTY_REPORT,
              ...ref,
              source: 'query',
              symbol: instrument.symbol,
              life: 'canceled',
            };
            return { outcome: 'found', reports: [report] };
          },
        })),
      ),
  },
  {
    name: 'skip the fill de-duplication',
    plan: 'pushes-shuffled',
    mutate: (exchange) => {
      let number = 0;
      return withAccount(exchange, (account) =>
        overrideFeed(account, (handlers) => ({
          ...handlers,
          onLive: () => handlers.onLive(),
          onBroken: (reason) => handlers.onBroken(reason),
          onAssets: (assets) => handlers.onAssets(assets),
          onEvent: (event) => handlers.onEvent(event),
          onFatal: (error) => handlers.onFatal(error),
          onReports: (reports, receivedAt) => {
            const renamed = reports.map((report) =>
              report.fill === null
                ? report
                : { ...report, fill: { ...report.fill, tradeId: `${report.fill.tradeId}-${number++}` } },
            );
            handlers.onReports(renamed, receivedAt);
          },
        })),
      );
    },
  },
  {
    name: 'drop the buffer and do not reconcile',
    plan: 'cuts',
    mutate: (exchange) =>
      withAccount(exchange, (account) => {
        let brokenOnce = false;
        const blind = overrideFeed(account, (handlers) => ({
          ...handlers,
          onLive: () => {
            // The break is hidden from the order core: nothing is held back, nothing is asked.
            if (!brokenOnce) handlers.onLive();
          },
          onBroken: () => {
            brokenOnce = true;
          },
          onReports: (reports, receivedAt) => handlers.onReports(reports, receivedAt),
          onAssets: (assets) => handlers.onAssets(assets),
          onEvent: (event) => handlers.onEvent(event),
          onFatal: (error) => handlers.onFatal(error),
        }));
        return overrideTrading(blind, (trading) => ({
          fills: async (instrument, of) => ('since' in of ? [[], null] : trading.fills(instrument, of)),
          openOrders: (instrument) => trading.openOrders(instrument),
        }));
      }),
  },
];
