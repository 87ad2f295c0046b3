// The last line of defence: supervisor and strategy both gone, as when a machine loses its power. Where the exchange has a dead man's
// switch it empties the book; where it has none, that is said beforehand. The least the exchanges take is 5 s (HTX) and 10 s (OKX).
import { describe, expect, it } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';
import { openStage, type Stage } from './support.ts';

const stageFor = (platform: Platform, deadMansSwitch: number, unfinishedOrders = {}): Promise<Stage> =>
  openStage(platform, { config: { rehearsal: { orders: 3, ending: 'rest' }, deadMansSwitch }, unfinishedOrders });

describe('both processes killed', { concurrent: true, timeout: 60_000 }, () => {
  it.each([
    ['okx', 10],
    ['htx', 5],
  ] as const)('%s empties the book, %i s after the last sign of life', async (platform, seconds) => {
    await using stage = await stageFor(platform, 1);
    const supervisor = stage.rehearse();
    await supervisor.says(new RegExp(`dead man's switch armed, ${seconds} s`));
    await supervisor.says(/PLACED 3/);
    const killed = performance.now();
    supervisor.signalGroup('SIGKILL');
    await supervisor.ended;
    expect(stage.at.open()).toBe(3);
    const took = (await stage.emptied()) - killed;
    console.log(`${platform}: empty ${(took / 1_000).toFixed(1)} s after both processes were killed`);
    // Armed some moments before they died: never more than the period, and never at once.
    expect(took).toBeGreaterThan(seconds * 500);
    expect(took).toBeLessThan(seconds * 1_000 + 500);
  });

  it('binance has none, and says so at the start', async () => {
    await using stage = await stageFor('binance', 10);
    const supervisor = stage.rehearse();
    await supervisor.says(/binance has no dead man's switch; if this machine is lost, its orders stay/);
    await supervisor.says(/PLACED 3/);
    supervisor.signalGroup('SIGKILL');
    await supervisor.ended;
    expect(stage.at.open()).toBe(3);
  });

  it('a living strategy renews the switch, a clean stop disarms it', async () => {
    await using stage = await stageFor('htx', 5);
    const requests: string[] = [];
    const switched = countSwitching(stage, requests, 4);
    const supervisor = stage.rehearse();
    await supervisor.says(/PLACED 3/);
    // Armed, and renewed three times: by now the first would have struck.
    await switched;
    expect(stage.at.open()).toBe(3);
    supervisor.signal('SIGTERM');
    expect((await supervisor.ended).status).toBe(0);
    expect(requests.at(-1)).toContain('"timeout":"0"');
  });

  it("with own it is not armed: it would cancel a stranger's orders as well", async () => {
    await using stage = await stageFor('okx', 10, { whose: 'own' });
    const supervisor = stage.rehearse();
    const said = await supervisor.says(
      /would cancel other people's orders as well; with \\"whose: own\\" it is not armed/,
    );
    expect(said[0]).toContain('not armed');
  });
});

describe.each(PLATFORMS)('the supervisor alone killed, on %s', { concurrent: true, timeout: 60_000 }, (platform) => {
  it('the strategy notices, stops in order and leaves nothing', async () => {
    await using stage = await stageFor(platform, 0);
    const supervisor = stage.rehearse();
    await supervisor.says(/PLACED 3/);
    supervisor.signal('SIGKILL');
    await stage.emptied();
    // Its output ends when the strategy has ended, too.
    const { out } = await supervisor.ended;
    expect(out).toContain('stopping: the supervisor is gone');
    expect(out).toContain('3 unfinished, 3 revoked, 0 filled meanwhile, 0 left');
    expect(out).toContain('"msg":"stopped"');
  });
});

/** Notes every request that sets the switch; resolves after `count` of them. */
function countSwitching(stage: Stage, bodies: string[], count: number): Promise<void> {
  return new Promise((resolve) => {
    for (const exchange of stage.at.simulator.exchanges.values()) {
      const request = exchange.request.bind(exchange);
      exchange.request = (asked, pending, reply) => {
        if (asked.path.endsWith('/cancel-all-after')) {
          bodies.push(asked.body);
          if (bodies.length === count) resolve();
        }
        request(asked, pending, reply);
      };
    }
  });
}
