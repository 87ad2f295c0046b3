// The architecture holds: imports point one way, sockets stay at the rim, an exchange is named only in its own folders.
// The rules are layers.ts's; this file applies them to src/, and proves on samples that each rule can fail.
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { exchangesNamedIn, violationsOf } from './layers.ts';
import { factsOf, readSourceTree } from './source-facts.ts';

const manifest = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')));
const packages = Object.keys(manifest.dependencies);

const check = (file: string, source: string): string[] => violationsOf(file, factsOf(source, file), packages);

test('src/ keeps to the layers', () => {
  const tree = readSourceTree();
  expect(tree.size).toBeGreaterThan(0);
  expect([...tree].flatMap(([file, facts]) => violationsOf(file, facts, packages))).toEqual([]);
});

describe('a violation is found', () => {
  it('names file, line and rule', () => {
    expect(check('domain/order.ts', `// one\nimport { x } from '../wire/json.ts';`)).toEqual([
      'src/domain/order.ts:2 imports wire/json.ts; domain/ may import only domain/',
    ]);
  });

  it.each([
    ['may import only', 'seam/clock.ts', `import '../domain/decimal.ts'`],
    ['no package', 'seam/clock.ts', `import { createHash } from 'node:crypto'`],
    ['may import only', 'domain/order.ts', `import type { Clock } from '../seam/clock.ts'`],
    ['no package', 'domain/order.ts', `import { z } from 'zod'`],
    ['no package', 'domain/order.ts', `export { z } from 'node:util'`],
    ['may import only', 'domain/order.ts', `export * from '../trade.ts'`],
    ['may import only', 'domain/order.ts', `const m = await import('../trade.ts')`],
    ['may import only', 'domain/order.ts', `type T = import('../trade.ts').Trade`],
    ['may import only', 'wire/http.ts', `import '../exchanges/exchange.ts'`],
    ['may import only', 'exchanges/exchange.ts', `import '../orders/tracker.ts'`],
    ['may import only', 'exchanges/okx/rest.ts', `import '../htx/sign.ts'`],
    ['may import only', 'exchanges/okx/rest.ts', `import '../index.ts'`],
    ['may import only', 'exchanges/okx/rest.ts', `import '../../orders/tracker.ts'`],
    ['sockets', 'exchanges/okx/rest.ts', `import { request } from 'undici'`],
    ['names', 'exchanges/okx/rest.ts', `const venue = 'huobi'`],
    ['may import only', 'orders/tracker.ts', `import '../exchanges/okx/decode.ts'`],
    ['may import only', 'orders/tracker.ts', `import '../exchanges/index.ts'`],
    ['may import only', 'orders/tracker.ts', `import '../trade.ts'`],
    ['sockets', 'orders/tracker.ts', `import WebSocket from 'ws'`],
    ['sockets', 'orders/tracker.ts', `import http from 'node:http'`],
    ['names', 'orders/tracker.ts', `if (platform === 'okx') call()`],
    ['names', 'orders/tracker.ts', `const isBinance = true`],
    ['names', 'orders/tracker.ts', 'const url = `https://api.HUOBI.pro/${path}`'],
    ['dependencies', 'orders/tracker.ts', `import fc from 'fast-check'`],
    ['may import only', 'runtime/config.ts', `import '../trade.ts'`],
    ['may import only', 'runtime/config.ts', `import './supervisor.ts'`],
    ['may import only', 'runtime/supervisor.ts', `import '../cli/main.ts'`],
    ['may import only', 'trade.ts', `import './cli/main.ts'`],
    ['may import only', 'trade.ts', `import './simulator/index.ts'`],
    ['names', 'trade.ts', `const table = { okex: 1 }`],
    ['may import only', 'quant.ts', `import './index.ts'`],
    ['may import only', 'simulator/venue.ts', `import '../exchanges/exchange.ts'`],
    ['may import only', 'simulator/venue.ts', `import './okx/dialect.ts'`],
    ['sockets', 'simulator/venue.ts', `import { createServer } from 'node:net'`],
    ['may import only', 'simulator/okx/rest.ts', `import '../htx/rest.ts'`],
    ['may import only', 'simulator/okx/rest.ts', `import '../../exchanges/htx/frames.ts'`],
    ['may import only', 'simulator/okx/rest.ts', `import '../../exchanges/exchange.ts'`],
    ['may import only', 'index.ts', `import './cli/main.ts'`],
    ['may import only', 'cli/main.ts', `import '../../test/support/clock.ts'`],
    ['no row', 'newroom/file.ts', ''],
  ])('%s: %s: %s', (rule, file, source) => {
    expect(check(file, source)).toContainEqual(expect.stringContaining(rule));
  });
});

describe('what the house is for is allowed', () => {
  it.each([
    ['domain/order.ts', `import { Decimal } from './decimal.ts'`],
    ['domain/platform.ts', `export const OKX = 'okx'`],
    ['domain/order.ts', `/* unlike okx, binance */ const bookX = 'rightX'; // htx`],
    ['wire/http.ts', `import { request } from 'undici'; import type { Clock } from '../seam/clock.ts'`],
    ['exchanges/index.ts', `import { okx } from './okx/index.ts'; import { htx } from './htx/index.ts'`],
    ['exchanges/htx/rest.ts', `import { sign } from './sign.ts'; const host = 'api.huobi.pro'`],
    ['exchanges/okx/rest.ts', `import type { E } from '../exchange.ts'; import { createHmac } from 'node:crypto'`],
    [
      'orders/tracker.ts',
      `import type { E } from '../exchanges/exchange.ts'; import { D } from '../domain/decimal.ts'`,
    ],
    ['trade.ts', `import { exchanges } from './exchanges/index.ts'; import { log } from './runtime/logger.ts'`],
    [
      'simulator/okx/rest.ts',
      `import type { F } from '../../exchanges/okx/frames.ts'; import { V } from '../venue.ts'`,
    ],
    ['simulator/dialects.ts', `import { okx } from './okx/index.ts'`],
    ['simulator/server.ts', `import { WebSocketServer } from 'ws'; import http from 'node:http'`],
    ['cli/demo.ts', `import { s } from '../simulator/index.ts'; const help = 'binance, okx or htx'`],
  ])('%s: %s', (file, source) => {
    expect(check(file, source)).toEqual([]);
  });
});

test('an exchange is named where a word of a compound begins', () => {
  const named = ['OKX', 'isOkx', 'okex_url', 'wss://ws.okx.com', 'Huobi', 'fromBinance'];
  expect(named.map((word) => exchangesNamedIn(word)).flat()).toEqual(['okx', 'okx', 'okx', 'okx', 'htx', 'binance']);
  expect(['bookX', 'rightX', 'lightx'].flatMap((word) => exchangesNamedIn(word))).toEqual([]);
});
