// A strategy under its supervisor, in real processes, against a real port - and every way it can end.
// One suite for all exchanges; run-<exchange>.test.ts calls it, so that they run side by side.
import { afterEach, describe, expect, it } from 'vitest';
import type { Platform } from '../../src/domain/platform.ts';
import { fixture, ground, run, start, type Ground, type Running } from './support.ts';

const grounds = new Set<Ground>();
afterEach(async () => {
  for (const one of grounds) await one.close();
  grounds.clear();
});

const ONE_WAY = { fixedMs: 25, jitterMs: 0 };
const strategy = fixture('many-orders.ts');

export async function rehearse(
  platform: Platform,
  end: string,
  {
    count = 20,
    lease = 10,
    restart = 'never',
    extra = {},
    account = {},
    flags = [],
  }: {
    count?: number;
    lease?: number;
    restart?: string;
    /** Further keys of the configuration. */
    extra?: object;
    /** Further keys of its account. */
    account?: object;
    flags?: string[];
  } = {},
): Promise<{ ground: Ground; running: Running }> {
  const supervisor = { restart, lease };
  const made = await ground(
    platform,
    { latency: { wayIn: ONE_WAY, wayOut: ONE_WAY } },
    { supervisor, rehearsal: { count, end }, ...extra },
    account,
  );
  grounds.add(made);
  return { ground: made, running: start(['run', strategy, '-c', made.config, ...flags]) };
}

/** The strategy's process, from the supervisor's own words. */
export async function strategyPid(running: Running): Promise<number> {
  const said = await running.said('strategy started as process');
  return Number(/strategy started as process (\d+)/.exec(said)?.[1]);
}

export async function until(condition: () => boolean, limitMs: number): Promise<number> {
  const began = performance.now();
  while (!condition()) {
    if (performance.now() - began > limitMs) throw new Error(`not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - began;
}

/** Every end of a strategy, on one exchange. */
export function rehearseEnds(platform: Platform): void {
  describe(`on ${platform}`, () => {
    it('kill -9 with 100 unfinished orders: the exchange is empty in a moment, and the receipt is kept', async () => {
      const { ground: here, running } = await rehearse(platform, 'idle', { count: 100 });
      const pid = await strategyPid(running);
      await running.said('PLACED 100');
      expect(here.open()).toBe(100);
      process.kill(pid, 'SIGKILL');
      const took = await until(() => here.open() === 0, 10_000);
      console.log(`${platform}: 100 orders gone ${Math.round(took)} ms after kill -9, at 50 ms round trip`);
      const { status, out } = await running.ended;
      expect(out).toContain('killed by SIGKILL');
      expect(out).toContain('100 unfinished, 100 revoked, 0 filled meanwhile, 0 left; confirmed by the exchange');
      expect(status).toBe(1);
      const history = await run(['orders', '-c', here.config, '--history']);
      expect(history.out).toMatch(/crash +demo/);
    }, 40_000);

    it('a frozen event loop: it is killed, then everything is revoked', async () => {
      const { ground: here, running } = await rehearse(platform, 'freeze', { lease: 1 });
      const pid = await strategyPid(running);
      await running.said('PLACED 20');
      const { status, out } = await running.ended;
      expect(out).toContain('no sign of life from the strategy');
      expect(out).toContain('20 revoked');
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      expect(here.open()).toBe(0);
      expect(status).toBe(1);
    });

    it('SIGTERM in the middle of placing: what is in flight settles, nothing is left, exit status 0', async () => {
      const { ground: here, running } = await rehearse(platform, 'idle', { count: 300 });
      await running.said('PLACING');
      await until(() => here.open() > 5, 10_000);
      running.child.kill('SIGTERM');
      const { status, out } = await running.ended;
      expect(out).toContain('stopping: SIGTERM');
      expect(out).not.toContain('PLACED');
      expect(here.open()).toBe(0);
      expect(status).toBe(0);
    });

    it('an uncaught error: the strategy revokes by itself, exit status 1', async () => {
      const { ground: here, running } = await rehearse(platform, platform === 'okx' ? 'reject' : 'throw');
      const { status, out } = await running.ended;
      expect(out).toContain(platform === 'okx' ? 'rejected by the strategy' : 'thrown by the strategy');
      expect(out).toContain('20 revoked');
      expect(here.open()).toBe(0);
      expect(status).toBe(1);
    });

    it('a callback that throws is reported and takes nothing down', async () => {
      const { ground: here, running } = await rehearse(platform, 'throw-in-callback');
      await running.said('ON-ERROR a callback of the strategy failed: a callback that throws');
      await running.said('PLACED 20');
      running.child.kill('SIGINT');
      const { status } = await running.ended;
      expect(here.open()).toBe(0);
      expect(status).toBe(0);
    });

    it('the supervisor killed: the strategy stops in order', async () => {
      const { ground: here, running } = await rehearse(platform, 'idle');
      const pid = await strategyPid(running);
      await running.said('PLACED 20');
      running.child.kill('SIGKILL');
      expect(await until(() => here.open() === 0, 10_000)).toBeLessThan(10_000);
      await until(() => {
        try {
          process.kill(pid, 0);
          return false;
        } catch {
          return true;
        }
      }, 10_000);
    });
  });
}
