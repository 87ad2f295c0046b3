// The exchange's own switch: armed, renewed, disarmed, and where it must not be armed at all.
import { describe, expect, it } from 'vitest';
import { fail, ok, TradeError } from '../../../src/domain/errors.ts';
import { DEFAULT_UNFINISHED_ORDERS, type UnfinishedOrders } from '../../../src/domain/unfinished-orders.ts';
import type { AccessEnvironment } from '../../../src/runtime/assembly/account-access.ts';
import { DeadMansSwitches } from '../../../src/runtime/assembly/dead-mans-switches.ts';
import { Enrolment } from '../../../src/runtime/participant.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { fakeParticipant, samplePlace } from '../../support/participant.ts';

function setUp(limits: { minSeconds: number; maxSeconds: number; maxOrders: number | null } | null) {
  const clock = new VirtualClock();
  const participants = new Enrolment();
  const calls: string[] = [];
  const warnings: string[] = [];
  const trouble = { now: false };
  const connector = {
    prepare: () => Promise.resolve(ok(true as const)),
    trading: {
      armDeadMansSwitch: (seconds: number) => {
        calls.push(`${clock.monotonic()}: ${seconds}`);
        const error = new TradeError('no route', { kind: 'network', outcome: 'unknown' });
        return Promise.resolve(trouble.now ? fail(error) : ok(true as const));
      },
    },
    close: () => Promise.resolve(void calls.push('closed')),
  };
  const exchange = {
    capabilities: { deadMansSwitch: limits },
    checkCredentials: () => undefined,
    endpoints: () => ({}),
    open: () => connector,
  };
  const environment = { exchange: () => exchange } as unknown as AccessEnvironment;
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  const switches = new DeadMansSwitches({ participants, environment: () => environment, clock, log, seconds: 30 });
  const run = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1_000);
      switches.beat();
    }
    await clock.settle();
  };
  return { clock, participants, calls, warnings, trouble, switches, run };
}

const LIMITS = { minSeconds: 10, maxSeconds: 120, maxOrders: null };
const withPolicy = (part: Partial<UnfinishedOrders>) =>
  fakeParticipant([], [], { place: { ...samplePlace, unfinishedOrders: { ...DEFAULT_UNFINISHED_ORDERS, ...part } } });

describe("the dead man's switch", () => {
  it('is armed when the first Trade of an account is made, renewed by the heartbeat, disarmed after a clean stop', async () => {
    const { participants, calls, switches, run } = setUp(LIMITS);
    participants.add(withPolicy({}));
    participants.add(withPolicy({}));
    await run(25);
    expect(calls).toEqual(['0: 30', '10000: 30', '20000: 30']);
    await switches.disarm();
    expect(calls.slice(3)).toEqual(['25000: 0', 'closed']);
    await run(20);
    expect(calls).toHaveLength(5);
  });

  it("keeps within the exchange's limits, and says so", async () => {
    const { participants, calls, warnings, run } = setUp({ minSeconds: 45, maxSeconds: 60, maxOrders: null });
    participants.add(withPolicy({}));
    await run(1);
    expect(calls).toEqual(['0: 45']);
    expect(warnings).toEqual([
      "a@x.test: the dead man's switch of okx takes 45 to 60 s; it is armed with 45 s, not 30 s",
    ]);
  });

  it('is tried again at every beat while it cannot be renewed, with one warning', async () => {
    const { participants, calls, warnings, trouble, run } = setUp(LIMITS);
    participants.add(withPolicy({}));
    await run(5);
    trouble.now = true;
    await run(10);
    trouble.now = false;
    await run(3);
    expect(calls.length).toBeGreaterThan(6);
    expect(warnings).toHaveLength(1);
  });

  it.each([
    ['where the policy keeps orders after a crash', LIMITS, { crash: 'keep' }, 0],
    ["where it would cancel other people's orders", LIMITS, { whose: 'own' }, 1],
    ['where the exchange has none', null, {}, 0],
  ] as const)('is not armed %s', async (_name, limits, policy, warned) => {
    const { participants, calls, warnings, switches, run } = setUp(limits);
    participants.add(withPolicy(policy));
    await run(40);
    await switches.disarm();
    expect(calls).toEqual([]);
    expect(warnings).toHaveLength(warned);
  });

  it('warns once when there are more orders than it cancels', async () => {
    const { participants, warnings, run } = setUp({ ...LIMITS, maxOrders: 2 });
    participants.add(fakeParticipant([], ['1', '2', '3']));
    await run(5);
    expect(warnings).toEqual(["a@x.test: 3 unfinished orders, but the dead man's switch cancels at most 2"]);
  });
});
