// The page docs/deployment.md, as far as it can be rehearsed here: its command runs and stops, its times are long enough, its files are well formed.
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { exchangeOf } from '../../src/exchanges/index.ts';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { parseConfig } from '../../src/runtime/config.ts';
import { ground } from '../support/ground.ts';
import { Launched } from '../support/launched.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const english = readFileSync(join(root, 'docs/deployment.md'), 'utf8');

it('every time on it is longer than a stop may take', () => {
  const { stop } = parseConfig('{}', 'defaults.json');
  // What run.ts grants the strategy, then a revoke of the supervisor (dead-place.ts), tried once more.
  const orders = stop.timeLimit + 25 + 15;
  const arrives = (platform: (typeof PLATFORMS)[number]): number =>
    exchangeOf(platform).capabilities.placementValidMs / 1_000;
  const usually = orders + Math.max(...PLATFORMS.filter((one) => one !== 'htx').map(arrives));
  const times = [
    ...english.matchAll(
      /(?:TimeoutStopSec=|stop_grace_period: |terminationGracePeriodSeconds: |-t |--stop-timeout )(\d+)/g,
    ),
  ].map(([, seconds]) => Number(seconds));
  const [, milliseconds] = /kill_timeout: (\d+)/.exec(english) ?? [];
  expect(times).toHaveLength(5);
  for (const seconds of [...times, Number(milliseconds) / 1_000]) expect(seconds).toBeGreaterThan(usually);
  const [, general, onHtx] = /\*\*(\d+) seconds, on HTX (\d+)\*\*/.exec(english) ?? [];
  expect(times).toEqual(times.map(() => Number(general)));
  expect(Number(onHtx)).toBeGreaterThan(orders + arrives('htx'));
});

it('its files are well formed', () => {
  const yaml = [...english.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']): unknown => parse(text));
  expect(yaml).toMatchObject([{ services: {} }, { kind: 'Deployment', spec: { strategy: { type: 'Recreate' } } }]);
  const words = /ExecStart=\S+ (.*)/.exec(english)?.[1];
  const [, cmd = ''] = /^CMD (.*)$/m.exec(english) ?? [];
  expect(JSON.parse(cmd)).toEqual(['node', ...(words?.split(' ') ?? [])]);
  expect(/args: '(.*)'/.exec(english)?.[1]).toBe(words);
});

it('the line of the unit runs a strategy and stops it; its log may be cut while it is written', async () => {
  const at = await ground('okx', { market: 'model' });
  try {
    const folder = dirname(at.config);
    const log = join(folder, 'strategy.log');
    const config: unknown = parse(readFileSync(at.config, 'utf8'));
    writeFileSync(at.config, stringify(Object.assign({}, config, { log: { file: log } })));
    copyFileSync(join(root, 'examples/dynamic-order.ts'), join(folder, 'my-strategy.ts'));
    const [, line = ''] = /ExecStart=(.*)/.exec(english) ?? [];
    const [node = '', ...words] = line.split(' ');
    expect(node).toBe('/opt/aioquant/node_modules/.bin/node');
    const files: Readonly<Record<string, string>> = {
      'my-strategy.ts': join(folder, 'my-strategy.ts'),
      'config.yaml': at.config,
    };
    await using running = new Launched(
      words.map((word) => files[word] ?? word),
      {},
      root,
    );
    await running.says(/SUBMITTED/);
    truncateSync(log);
    running.signal('SIGTERM');
    const { status, out } = await running.ended;
    expect(out).toContain('1 unfinished, 1 revoked');
    expect([status, at.open()]).toEqual([0, 0]);
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(lines.map((text) => (JSON.parse(text) as { msg: string }).msg)).toContain('stopped');
  } finally {
    await at.close();
  }
}, 60_000);
