// A real process is killed with SIGKILL at every crossing of its seams during a create, a create that fills, a revoke, a revoke of all, and a
// reconcile; each time the next process starts on the same journal, and both sides must agree. How: mortals.ts and fixtures/mortal.ts.
// At every fifth crossing, a different one on each exchange - at all of them with EVERYWHERE=1.
import { describe, expect, it } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';
import { EVERYWHERE } from '../support/everywhere.ts';
import { Mortals } from './mortals.ts';

/** Below this many crossings, something was not counted; above that many, something runs in circles. */
const LEAST = 4;
const MOST = 60;

/** The first crossing to die at, and how far it is to the next. Every death takes two processes, and CI has ten minutes. */
const CROSSINGS: Readonly<Record<Platform, readonly [first: number, step: number]>> = EVERYWHERE
  ? { binance: [1, 1], okx: [1, 1], htx: [1, 1] }
  : { binance: [1, 5], okx: [2, 5], htx: [4, 5] };

/** Dies at one crossing of `act` after another until it survives. Returns how many deaths that took. */
async function dieEverywhere(mortals: Mortals, act: (dieAt: number) => Promise<boolean>): Promise<number> {
  const [first, step] = CROSSINGS[mortals.platform];
  let deaths = 0;
  for (let dieAt = first; dieAt < MOST; dieAt += step) {
    const lives = await act(dieAt);
    const where = lives ? 'alive' : `death ${dieAt}: ${mortals.lastDeath()}`;
    const forgotten = mortals.forgotten();
    if (!lives) expect(await mortals.start(null)).toBe(true);
    expect({ where, problems: [...forgotten, ...(await mortals.disagreements(lives))] }).toEqual({
      where,
      problems: [],
    });
    if (lives) return deaths;
    deaths++;
  }
  throw new Error('it never survived');
}

describe.each(PLATFORMS)('kill -9 on %s, at every crossing of', { concurrent: true }, (platform) => {
  it('create, revoke and reconcile: no duplicate, no orphan, the same fills', async () => {
    const mortals = await Mortals.begin(platform);
    const deaths: Record<string, number> = {};
    try {
      await mortals.start(null);
      deaths.create = await dieEverywhere(mortals, (dieAt) => mortals.create('0.5', '20', dieAt));
      deaths['create that fills'] = await dieEverywhere(mortals, (dieAt) => {
        mortals.offer('0.9', '20');
        return mortals.create('0.9', '20', dieAt);
      });
      deaths.revoke = await dieEverywhere(mortals, async (dieAt) => {
        if (mortals.openIds.length === 0) await mortals.create('0.5', '20', null);
        return mortals.revoke(mortals.openIds.slice(0, 1), dieAt);
      });
      deaths['revoke all'] = await dieEverywhere(mortals, async (dieAt) => {
        while (mortals.openIds.length < 2) await mortals.create('0.5', '20', null);
        return mortals.revoke([], dieAt);
      });
      await mortals.create('0.5', '200', null);
      deaths.reconcile = await dieEverywhere(mortals, async (dieAt) => {
        await mortals.kill();
        mortals.fillSome('1');
        return mortals.start(dieAt);
      });
      for (const [of, count] of Object.entries(deaths))
        expect({ of, enough: count >= LEAST / CROSSINGS[platform][1] }).toEqual({ of, enough: true });
      process.stdout.write(
        `kill tests on ${platform}: ${Object.entries(deaths)
          .map(([of, count]) => `${of} ${count}`)
          .join(', ')} deaths\n`,
      );
    } finally {
      await mortals.end();
    }
  }, 400_000);
});
