// Every exchange is a folder with the same files, and the page about the exchanges says what their capability sheets say.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../src/domain/platform.ts';
import { openOrdersCall } from '../../src/exchanges/binance/encode.ts';
import { BinanceLimits } from '../../src/exchanges/binance/limits.ts';
import { LIMITS as HTX } from '../../src/exchanges/htx/limits.ts';
import { EXCHANGES } from '../../src/exchanges/index.ts';
import { LIMITS as OKX } from '../../src/exchanges/okx/limits.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';

const FILES = [
  'index',
  'endpoints',
  'sign',
  'symbols',
  'instruments',
  'limits',
  'frames',
  'scan',
  'decode',
  'decode-market',
  'encode',
  'outcomes',
  'requests',
  'rest',
  'rest-rows',
  'pages',
  'order-socket',
  'account-feed',
  'account',
  'books',
  'market-feed',
  'market',
  'trading',
];
const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/exchanges.md', root), 'utf8');

/** The cells of one row of the page's table, by the exchange's column. */
function row(name: string): ReadonlyMap<string, string> {
  const cells = (line: string): string[] => line.split('|').map((cell) => cell.trim());
  const lines = page.split('\n').filter((line) => line.startsWith('|'));
  const head = cells(lines[0] ?? '');
  const found = cells(lines.find((line) => cells(line)[1] === name) ?? '');
  return new Map(head.map((exchange, index) => [exchange.toLowerCase(), found[index] ?? '']));
}

const inWindow = ({ capacity, windowMs }: { capacity: number; windowMs: number }): string =>
  windowMs === 86_400_000 ? `${grouped(capacity)} a day` : `${grouped(capacity)} in ${windowMs / 1_000} s`;
const grouped = (count: number): string => count.toLocaleString('en-US');

/** Binance's limits are corrected while it runs: what it asks budgets for at the start is what the documents say. */
function binanceLimits(): { weight: number; orders: string[] } {
  const asked: { key: string; capacity: number; windowMs: number }[] = [];
  const budgets = createRateBudgets();
  const noting: typeof budgets = {
    get: (key, limit) => {
      asked.push({ key, ...limit });
      return budgets.get(key, limit);
    },
  };
  new BinanceLimits(noting, new VirtualClock(), 'host', 'user', { offset: 0, serverNow: () => 0 }).waitTime(
    1,
    1,
    'order',
  );
  return {
    weight: asked.find(({ key }) => key.includes('weight'))?.capacity ?? 0,
    orders: asked.filter(({ key }) => key.includes('orders')).map(inWindow),
  };
}

/** What the page must say of limits, by row. */
const LIMITS: Readonly<Record<Platform, Readonly<Record<string, readonly string[]>>>> = {
  binance: {
    'placing, at most': binanceLimits().orders,
    'asking, at most': [`weight ${grouped(binanceLimits().weight)} a minute`, `symbol: ${openOrdersCall('X').weight})`],
  },
  okx: {
    'placing, at most': [inWindow(OKX.place)],
    'canceling, at most': [`singly ${OKX.cancel.capacity}`, `batches ${OKX['cancel-batch'].capacity} orders in 2 s`],
    'asking, at most': [
      `open orders ${OKX['orders-pending'].capacity}`,
      `fills ${inWindow(OKX.fills)}`,
      `an order ${OKX.order.capacity}`,
    ],
  },
  htx: {
    'placing, at most': [inWindow(HTX.place)],
    'canceling, at most': [
      `singly ${HTX.submitcancel.capacity}`,
      `batches ${HTX.batchcancel.capacity} requests in 2 s`,
    ],
    'asking, at most': [
      `open orders ${HTX['open-orders'].capacity}`,
      `an order ${HTX.order.capacity}`,
      `fills ${inWindow(HTX.matchresults)}`,
    ],
  },
};

describe.each(EXCHANGES.map((exchange) => [exchange.platform, exchange] as const))(
  '%s',
  (platform, { capabilities, clientOrderIds }) => {
    it.each(FILES)('has %s.ts', (file) => {
      expect(existsSync(new URL(`src/exchanges/${platform}/${file}.ts`, root))).toBe(true);
    });

    it('has a dialect in the simulator', () => {
      expect(existsSync(new URL(`src/simulator/${platform}/index.ts`, root))).toBe(true);
    });

    it('keeps the limits that the page states', () => {
      for (const [name, phrases] of Object.entries(LIMITS[platform]))
        for (const phrase of phrases) expect(row(name).get(platform)).toContain(phrase);
      expect(row('limits, as published').get(platform)).toContain('](https://');
    });

    it('is described as it is', () => {
      expect(row('client order ids').get(platform)).toContain(`up to ${clientOrderIds.maxLength}`);
      expect(row('passphrase').get(platform)).toBe(capabilities.passphrase ? 'yes' : 'no');
      expect(row('Ed25519 keys').get(platform)?.startsWith('yes')).toBe(capabilities.ed25519Keys);
      expect(row('testnet').get(platform)?.startsWith('none')).toBe(!capabilities.testnet);
      expect(row('post-only that would take').get(platform)?.startsWith('refused')).toBe(
        capabilities.postOnlyCrossing === 'refused',
      );
      expect(row('fee of a fill').get(platform) === 'with the fill').toBe(capabilities.feeWithFill);
      expect(row('market buy by base quantity').get(platform)?.startsWith('yes')).toBe(capabilities.marketBuyByBase);
      expect(row('canceled without a fill').get(platform)?.startsWith('forgotten')).toBe(
        capabilities.forgetsCanceledAfterMs !== null,
      );
      const { deadMansSwitch } = capabilities;
      expect(row("dead man's switch").get(platform)).toContain(
        deadMansSwitch === null ? 'none' : `${deadMansSwitch.minSeconds}`,
      );
    });
  },
);
