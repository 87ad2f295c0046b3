// What a supervisor does with a strategy that dies, stops, or keeps its orders, and what the exchange does when both are gone.
import { describe, expect, it } from 'vitest';
import { rehearse, strategyPid, until } from './run-suite.ts';

describe('a strategy that', () => {
  it('dies is started again, with what it left revoked in between', async () => {
    const { ground: here, running } = await rehearse('okx', 'idle', { restart: 'on-crash' });
    const first = await strategyPid(running);
    await running.said('PLACED 20');
    process.kill(first, 'SIGKILL');
    await running.said('starting the strategy again in 1 s');
    await until(() => here.open() === 0, 5_000);
    await until(() => here.open() === 20, 10_000);
    running.child.kill('SIGTERM');
    expect((await running.ended).status).toBe(0);
    expect(here.open()).toBe(0);
  });

  it('stops by itself ends the supervisor, exit status 0', async () => {
    const { ground: here, running } = await rehearse('htx', 'stop', { restart: 'on-crash' });
    expect((await running.ended).status).toBe(0);
    expect(here.open()).toBe(0);
  });

  it('keeps its orders where the policy says so', async () => {
    const account = { unfinishedOrders: { stop: 'keep' } };
    const { ground: here, running } = await rehearse('binance', 'idle', { count: 5, account });
    await running.said('PLACED 5');
    running.child.kill('SIGINT');
    const { status, out } = await running.ended;
    expect(out).toContain('kept 5 unfinished orders');
    expect(status).toBe(0);
    expect(here.open()).toBe(5);
  });

  it('runs without a supervisor in the very process', async () => {
    const { ground: here, running } = await rehearse('okx', 'idle', { count: 5, flags: ['--no-supervisor'] });
    await running.said('PLACED 5');
    running.child.kill('SIGTERM');
    const { status, out } = await running.ended;
    expect(out).not.toContain('supervisor');
    expect(status).toBe(0);
    expect(here.open()).toBe(0);
  });
});

it("when the whole machine is gone the exchange's own switch empties the book (5 s, the least HTX takes)", async () => {
  const { ground: here, running } = await rehearse('htx', 'idle', { count: 5, extra: { deadMansSwitch: 5 } });
  const pid = await strategyPid(running);
  await running.said('PLACED 5');
  await running.said("dead man's switch armed, 5 s");
  running.child.kill('SIGKILL');
  process.kill(pid, 'SIGKILL');
  expect(here.open()).toBe(5);
  const took = await until(() => here.open() === 0, 10_000);
  expect(took).toBeLessThan(7_000);
});

it('a clean stop disarms the switch', async () => {
  const { ground: here, running } = await rehearse('htx', 'idle', { count: 2, extra: { deadMansSwitch: 5 } });
  await running.said("dead man's switch armed, 5 s");
  await running.said('PLACED 2');
  running.child.kill('SIGTERM');
  expect((await running.ended).status).toBe(0);
  here.plant(1);
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(here.open()).toBe(1);
});
