// The pages keep up with the program: every key, option, callback and kind of error is on its page, and the code that a page shows compiles.
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Fill, MarketOptions, Order, Orderbook, Trade, TradeError, TradeOptions } from '../../src/index.ts';
import { ERROR_KINDS } from '../../src/domain/errors.ts';
import { DEFAULT_TIMINGS } from '../../src/orders/trade-options.ts';
import { accountSchema, settingsSchema } from '../../src/runtime/config-schema.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Names that a page does not have in code marks, alone or with what comes after a name (`onInit(success)`, `a.b`). */
function missingOn(page: string, names: readonly string[]): string[] {
  const marked = new Set([...read(page).matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split(/[^\w.-]+/)));
  return names.filter((name) => !marked.has(name));
}

/** The paths of a schema's leaves: `supervisor.lease`. Lists are named, what is in them is not. */
function keysOf(schema: unknown, path = ''): string[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return keysOf(schema.unwrap(), path);
  }
  if (!(schema instanceof z.ZodObject)) return [path];
  return Object.entries<unknown>(schema.shape).flatMap(([key, value]) =>
    keysOf(value, path === '' ? key : `${path}.${key}`),
  );
}

/** The compiler holds the list complete. */
const names = <T>(all: Readonly<Record<keyof T, true>>): string[] => Object.keys(all);

const TRADE_OPTIONS = names<TradeOptions>({
  strategy: true,
  platform: true,
  symbol: true,
  account: true,
  accessKey: true,
  secretKey: true,
  passphrase: true,
  endpoints: true,
  timings: true,
  unfinishedOrders: true,
  tradeDuringGaps: true,
  onOrderUpdate: true,
  onFill: true,
  onPositionUpdate: true,
  onAssetUpdate: true,
  onInit: true,
  onError: true,
  onConnection: true,
});
const TRADE = names<Trade>({
  strategy: true,
  platform: true,
  symbol: true,
  account: true,
  ready: true,
  createOrder: true,
  revokeOrder: true,
  getOpenOrderIds: true,
  getOrderbook: true,
  orders: true,
  position: true,
  assets: true,
  restApi: true,
  rules: true,
  lastProof: true,
  stopping: true,
  stats: true,
  close: true,
});
const ORDER = names<Order>({
  platform: true,
  account: true,
  strategy: true,
  symbol: true,
  orderId: true,
  clientOrderId: true,
  action: true,
  orderType: true,
  timeInForce: true,
  tradeType: true,
  price: true,
  quantity: true,
  filled: true,
  remain: true,
  avgPrice: true,
  fee: true,
  feeAsset: true,
  status: true,
  reason: true,
  ctime: true,
  utime: true,
});
const FILL = names<Fill>({
  platform: true,
  account: true,
  strategy: true,
  symbol: true,
  orderId: true,
  clientOrderId: true,
  tradeId: true,
  action: true,
  price: true,
  quantity: true,
  fee: true,
  feeAsset: true,
  liquidity: true,
  timestamp: true,
});
const STATUSES = names<Record<Order['status'], unknown>>({
  NONE: true,
  SUBMITTED: true,
  'PARTIAL-FILLED': true,
  FILLED: true,
  CANCELED: true,
  FAILED: true,
});
const OUTCOMES = names<Record<TradeError['outcome'], unknown>>({ rejected: true, unknown: true, 'not-sent': true });
const ERROR = names<Omit<TradeError, keyof Error | 'at' | 'toJSON'>>({
  kind: true,
  outcome: true,
  platform: true,
  account: true,
  symbol: true,
  code: true,
  retryAfter: true,
});
const MARKET = names<MarketOptions & Orderbook>({
  platform: true,
  symbol: true,
  endpoints: true,
  depth: true,
  onOrderbookUpdate: true,
  onConnection: true,
  onError: true,
  asks: true,
  bids: true,
  timestamp: true,
});

describe('docs/configuration.md', () => {
  it('has every key', () => {
    const keys = [...keysOf(settingsSchema), ...keysOf(accountSchema)];
    expect(keys).toEqual(expect.arrayContaining(['supervisor.lease', 'accounts', 'unfinishedOrders.whose', 'symbols']));
    expect(missingOn('docs/configuration.md', keys)).toEqual([]);
  });
});

describe('docs/api.md', () => {
  it.each([
    ['options of a Trade', TRADE_OPTIONS],
    ['what a Trade has', TRADE],
    ['timings', Object.keys(DEFAULT_TIMINGS)],
    ['kinds of error', ERROR_KINDS],
    ['outcomes', OUTCOMES],
    ['fields of an error', ERROR],
    ['fields of an order', ORDER],
    ['statuses', STATUSES],
    ['fields of a fill', FILL],
    ['options of a Market, fields of a book', MARKET],
  ])('has all %s', (_what, all) => {
    expect(missingOn('docs/api.md', all)).toEqual([]);
  });

  it('says the default of every timing', () => {
    const page = read('docs/api.md').replaceAll(/(\d) (\d{3})/g, '$1$2');
    const given = Object.entries<number | undefined>({ ...DEFAULT_TIMINGS }).filter(([, ms]) => ms !== undefined);
    expect(given.filter(([name, ms]) => !new RegExp(`\`${name}\` +\\| ${ms} `).test(page))).toEqual([]);
  });
});

describe('a page in two languages', () => {
  /** Blocks of code, without their comments. */
  const blocks = (page: string): string[] =>
    [...read(page).matchAll(/^```\w*\n([^]*?)^```$/gm)].map(([, code = '']) =>
      code.replaceAll(/ *(?:#|\/\/) .*$/gm, ''),
    );
  const chinese = globSync('docs/*.zh-CN.md', { cwd: root });

  it.each(chinese)('%s shows the same code', (page) => {
    const english = page.replace('.zh-CN', '');
    expect(blocks(english).length).toBeGreaterThan(1);
    expect(blocks(page)).toEqual(blocks(english));
  });
});

describe('code on a page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aioquant-pages-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compiles, as strictly as the program itself', async () => {
    const blocks = ['README.md', 'README.zh-CN.md', ...globSync('docs/*.md', { cwd: root })].flatMap((page) =>
      [...read(page).matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = ''], index) => ({ page, code, index })),
    );
    expect(new Set(blocks.map(({ page }) => page)).size).toBeGreaterThan(4);
    for (const { page, code, index } of blocks) {
      const local = code.replaceAll(`from '../src/`, `from '${relative(folder, root)}/src/`);
      writeFileSync(join(folder, `${page.replaceAll('/', '-')}-${index}.ts`), local);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const compilerOptions = {
      paths: { aioquant: [join(root, 'src/index.ts')] },
      typeRoots: [join(root, 'node_modules/@types')],
      // Some lines only show what there is.
      noUnusedLocals: false,
    };
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', folder]);
    await expect(tsc).resolves.toMatchObject({ stdout: '' });
  });
});
