// The order of a clean stop, its time limit, and what it says is left - on a virtual clock, with stand-ins for Trades.
import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/seam/clock.ts';
import { DEFAULT_UNFINISHED_ORDERS } from '../../src/domain/unfinished-orders.ts';
import { Enrolment } from '../../src/runtime/participant.ts';
import { Shutdown, type ShutdownParts } from '../../src/runtime/shutdown.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../src/seam/log.ts';
import { fakeParticipant, KEPT_OR_NOT, receiptOf, samplePlace } from '../support/participant.ts';

function setUp(diary: string[] = []): { participants: Enrolment; clock: VirtualClock; parts: ShutdownParts } {
  const participants = new Enrolment();
  const clock = new VirtualClock();
  const parts: ShutdownParts = {
    participants,
    clock,
    log: silentLog,
    timeLimitMs: 30_000,
    ending: 'stop',
    quiet: () => void diary.push('quiet'),
    flush: async () => void diary.push('flush'),
  };
  return { participants, clock, parts };
}

describe('a clean stop', () => {
  it('closes every gate before anything else, then settles, revokes, closes, and flushes last', async () => {
    const diary: string[] = [];
    const { participants, clock, parts } = setUp(diary);
    participants.add(fakeParticipant(diary, ['1', '2']));
    participants.add(fakeParticipant(diary, []));
    const report = await clock.runFor(new Shutdown(parts).run());
    expect(diary.slice(0, 3)).toEqual(['gate', 'gate', 'quiet']);
    expect(diary.slice(3).filter((_, index) => index % 2 === 0)).toEqual(['settle', 'revoke', 'close', 'flush']);
    expect(report).toMatchObject({ left: [], timedOut: false });
    expect(report.receipts).toHaveLength(2);
  });

  it('keeps the orders of an account whose policy says so', async () => {
    const diary: string[] = [];
    const { participants, clock, parts } = setUp(diary);
    const place = { ...samplePlace, unfinishedOrders: { ...DEFAULT_UNFINISHED_ORDERS, stop: 'keep' as const } };
    participants.add(fakeParticipant(diary, ['1'], { place }));
    const report = await clock.runFor(new Shutdown(parts).run());
    expect(diary).not.toContain('revoke');
    expect(diary).toContain('close');
    expect(report).toMatchObject({ left: [], receipts: [] });
  });

  it.each(KEPT_OR_NOT)('that nobody wanted, with %j: %s', async (policy, expected) => {
    const diary: string[] = [];
    const { participants, clock, parts } = setUp(diary);
    const place = { ...samplePlace, unfinishedOrders: { ...DEFAULT_UNFINISHED_ORDERS, ...policy } };
    participants.add(fakeParticipant(diary, ['1'], { place }));
    participants.add(fakeParticipant([], ['2'], { place, revokeAtStop: () => Promise.reject(new Error('broken')) }));
    const { left, confirmed } = await clock.runFor(new Shutdown({ ...parts, ending: 'failure' }).run());
    const isRevoked = expected === 'revoked';
    expect(diary.includes('revoke')).toBe(isRevoked);
    expect(left.map(({ orderId }) => orderId)).toEqual(isRevoked ? ['2'] : []);
    expect(confirmed).toBe(!isRevoked);
  });

  it('says by id what could not be revoked', async () => {
    const { participants, clock, parts } = setUp();
    const receipt = receiptOf(samplePlace, { found: ['1', '2'], revoked: ['1'], left: ['2'], error: 'no route' });
    participants.add(fakeParticipant([], ['1', '2'], { revokeAtStop: () => Promise.resolve(receipt) }));
    const { left } = await clock.runFor(new Shutdown(parts).run());
    expect(left).toEqual([{ place: samplePlace, orderId: '2' }]);
  });

  it('leaves a revoke that gets nowhere time to say why, within its own', async () => {
    const { participants, clock, parts } = setUp();
    const receipt = receiptOf(samplePlace, { left: ['1'], error: 'the key is refused' });
    const revokeAtStop = async (limitMs: number) => {
      await sleep(clock, limitMs);
      return receipt;
    };
    participants.add(fakeParticipant([], ['1'], { revokeAtStop }));
    const { timedOut, receipts } = await clock.runFor(new Shutdown(parts).run());
    expect([timedOut, receipts]).toEqual([false, [receipt]]);
  });

  it.each([
    ['the exchange could not be asked, although nothing is known to be left', { error: 'no route' }, false],
    ['the exchange said so', {}, true],
  ])('what is confirmed: %s', async (_case, part, expected) => {
    const { participants, clock, parts } = setUp();
    const receipt = receiptOf(samplePlace, part);
    participants.add(fakeParticipant([], [], { revokeAtStop: () => Promise.resolve(receipt) }));
    const lines: string[] = [];
    const log = { ...silentLog, info: (message: string) => void lines.push(message) };
    const { left, confirmed } = await clock.runFor(new Shutdown({ ...parts, log }).run());
    expect(left).toEqual([]);
    expect(confirmed).toBe(expected);
    expect(lines[0]).toContain(`0 unfinished, 0 revoked, 0 filled meanwhile, ${expected ? '0' : '?'} left`);
  });

  it('nothing is confirmed where the revoke failed or took too long', async () => {
    for (const revokeAtStop of [() => Promise.reject(new Error('broken')), () => new Promise<never>(() => undefined)]) {
      const { participants, clock, parts } = setUp();
      participants.add(fakeParticipant([], [], { revokeAtStop }));
      const report = await clock.runFor(new Shutdown(parts).run());
      expect(report).toMatchObject({ left: [], confirmed: false });
    }
  });

  it('ends at the time limit and says by id what is left, however stuck one account is', async () => {
    const diary: string[] = [];
    const { participants, clock, parts } = setUp(diary);
    const never = new Promise<never>(() => undefined);
    participants.add(fakeParticipant([], ['7', '8'], { settle: () => never }));
    participants.add(fakeParticipant(diary, ['9']));
    const report = await clock.runFor(new Shutdown(parts).run());
    expect(clock.monotonic()).toBe(30_000);
    expect(report.timedOut).toBe(true);
    expect(report.left.map(({ orderId }) => orderId)).toEqual(['7', '8']);
    expect(diary).toContain('revoke');
    expect(diary).toContain('flush');
  });

  it('goes on with the others when one fails', async () => {
    const diary: string[] = [];
    const { participants, clock, parts } = setUp(diary);
    participants.add(fakeParticipant([], ['1'], { revokeAtStop: () => Promise.reject(new Error('broken')) }));
    participants.add(fakeParticipant(diary, ['2']));
    const { left } = await clock.runFor(new Shutdown(parts).run());
    expect(diary).toContain('revoke');
    expect(left.map(({ orderId }) => orderId)).toEqual(['1']);
  });
});
