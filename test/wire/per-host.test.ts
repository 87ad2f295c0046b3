// What accounts share: once per process and host, and never a failure.
import { expect, it } from 'vitest';
import { fail, ok, TradeError, type Result } from '../../src/domain/errors.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { PerHost, SharedAnswers } from '../../src/wire/per-host.ts';

it('is one for each process and host', () => {
  const things = new PerHost<object>();
  const [here, there] = [{}, {}];
  const first = things.get(here, 'a', () => ({}));
  expect(things.get(here, 'a', () => ({}))).toBe(first);
  expect(things.get(here, 'b', () => ({}))).not.toBe(first);
  expect(things.get(there, 'a', () => ({}))).not.toBe(first);
});

it('asks once for everybody, again when old, and again after a failure', async () => {
  const clock = new VirtualClock();
  const answers = new SharedAnswers<number>();
  let asked = 0;
  let broken = false;
  const ask = (): Promise<Result<number>> => {
    asked++;
    const error = new TradeError('no route', { kind: 'network', outcome: 'unknown' });
    return Promise.resolve(broken ? fail(error) : ok(asked));
  };
  const get = (): Promise<Result<number>> => answers.get('rules', 1_000, clock, ask);
  expect(await Promise.all([get(), get()])).toEqual([ok(1), ok(1)]);
  await clock.advance(1_000);
  broken = true;
  expect((await get())[1]?.kind).toBe('network');
  broken = false;
  expect(await get()).toEqual(ok(3));
  expect(asked).toBe(3);
});
