// The lease between a strategy and its supervisor, and the messages that cross the pipe.
import { describe, expect, it } from 'vitest';
import { LeaseWatch, readChildMessage, readPlace, readSupervisorMessage, writePlace } from '../../src/runtime/lease.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { samplePlace } from '../support/participant.ts';

describe('a lease', () => {
  it('lasts as long as it is renewed, and expires within five quarters of it once it is not', async () => {
    const clock = new VirtualClock();
    const expired: number[] = [];
    const watch = new LeaseWatch(clock, 4_000, () => void expired.push(clock.monotonic()));
    for (let second = 0; second < 20; second++) {
      await clock.advance(1_000);
      watch.renew();
    }
    expect(expired).toEqual([]);
    await clock.advance(60_000);
    expect(expired).toHaveLength(1);
    expect(expired[0]).toBeGreaterThanOrEqual(24_000);
    expect(expired[0]).toBeLessThanOrEqual(25_000);
  });

  it('does not blame the child when the whole machine stood still', async () => {
    const clock = new VirtualClock();
    let pause = 0;
    const paused = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + pause,
      after: clock.after.bind(clock),
    };
    let expired = false;
    const watch = new LeaseWatch(paused, 4_000, () => {
      expired = true;
    });
    await clock.advance(500);
    pause = 3_600_000;
    await clock.advance(3_000);
    expect(expired).toBe(false);
    watch.renew();
    await clock.advance(3_500);
    expect(expired).toBe(false);
    await clock.advance(2_000);
    expect(expired).toBe(true);
  });

  it('is over when stopped', async () => {
    const clock = new VirtualClock();
    let expired = false;
    new LeaseWatch(clock, 1_000, () => {
      expired = true;
    }).stop();
    await clock.advance(10_000);
    expect(expired).toBe(false);
  });
});

describe('messages', () => {
  it('carry what a supervisor needs to revoke, keys included, through JSON', () => {
    const message = readChildMessage(JSON.parse(JSON.stringify(writePlace(samplePlace))));
    if (message?.type !== 'place') throw new Error('not a place');
    const place = readPlace(message);
    expect(place).toEqual(samplePlace);
    expect(place.secretKey.reveal()).toBe('hush');
    expect(place.passphrase?.reveal()).toBe('hush-2');
  });

  it.each([[null], ['beat'], [{ type: 'other' }], [{ type: 'place' }]])('%j is none of ours', (message) => {
    expect(readChildMessage(message)).toBeNull();
    expect(readSupervisorMessage(message)).toBeNull();
  });
});
