// The self-healing connection: retries, silence, probes, replacement without a break, requests lost with their socket.
import { expect, test } from 'vitest';
import { TradeError } from '../../src/domain/errors.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { silentLog } from '../../src/seam/log.ts';
import { Link, type LinkOptions } from '../../src/wire/link.ts';
import { FakeTransport } from '../support/fake-transport.ts';

function setup(overrides: Partial<LinkOptions> = {}) {
  const clock = new VirtualClock();
  const transport = new FakeTransport();
  const told: string[] = [];
  const frames: string[] = [];
  const link = new Link({
    name: 'test',
    url: 'wss://exchange.test/ws',
    transport,
    clock,
    random: seededRandom(1),
    log: silentLog,
    silenceMs: 30_000,
    open: () => Promise.resolve(),
    onFrame: (data, _binary, session) => frames.push(`${session.number}:${data.toString()}`),
    onLive: () => told.push('live'),
    onBroken: (reason) => told.push(`broken: ${reason}`),
    onReplaced: () => told.push('replaced'),
    onEvent: (event) => {
      if (event.type === 'reconnecting') told.push(`reconnecting ${event.attempt}`);
    },
    onFatal: (error) => told.push(`fatal: ${error.message}`),
    ...overrides,
  });
  return { clock, transport, told, frames, link };
}

test('A6: a refused first connection is tried again until it stands', async () => {
  const { clock, transport, told, link } = setup();
  let refusals = 5;
  transport.onConnect = (socket) => (refusals-- > 0 ? socket.refuse() : socket.open());
  link.start();
  expect(await clock.runUntil(() => link.isLive)).toBe(true);
  expect(told).toEqual([
    'reconnecting 1',
    'reconnecting 2',
    'reconnecting 3',
    'reconnecting 4',
    'reconnecting 5',
    'live',
  ]);
});

test('A18: a half-open connection is found by its silence and replaced; pings keep it alive', async () => {
  const { clock, transport, told, link } = setup();
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.advance(20_000);
  transport.last.handlers.onPing?.();
  await clock.advance(29_000);
  expect(told).toEqual(['live']);
  await clock.advance(1_001);
  expect(told).toEqual(['live', 'broken: nothing came for 30000 ms', 'reconnecting 1']);
  await clock.advance(1_000);
  expect(told.at(-1)).toBe('live');
  expect(transport.sockets).toHaveLength(2);
});

test('a probe is sent after silence, any frame answers it, and no answer means dead', async () => {
  const { clock, transport, told, link } = setup({ probe: { text: 'ping', afterMs: 20_000, answerMs: 10_000 } });
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.advance(20_000);
  expect(transport.last.sent).toEqual(['ping']);
  transport.last.receive('pong');
  await clock.advance(19_999);
  expect(transport.last.sent).toEqual(['ping']);
  await clock.advance(10_002);
  expect(told.slice(0, 2)).toEqual(['live', 'broken: nothing came for 30000 ms']);
});

test('pings of the other side do not keep a text probe back, nor do they answer it', async () => {
  const { clock, transport, told, link } = setup({ probe: { text: 'ping', afterMs: 20_000, answerMs: 10_000 } });
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.advance(19_000);
  transport.last.handlers.onPing?.();
  await clock.advance(1_000);
  expect(transport.last.sent).toEqual(['ping']);
  transport.last.handlers.onPong?.();
  transport.last.handlers.onPing?.();
  await clock.advance(10_000);
  expect(told.slice(0, 2)).toEqual(['live', 'broken: nothing came for 30000 ms']);
});

test('a connection that is doubted is asked at once, is not to be used until something comes, and is dead without an answer', async () => {
  const { clock, transport, told, link } = setup({ probe: { text: 'ping', afterMs: 20_000, answerMs: 10_000 } });
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.settle();
  const session = link.session!;
  await clock.advance(5_000);
  session.doubt();
  session.doubt();
  expect(transport.last.sent).toEqual(['ping']);
  expect(session.isDoubtful).toBe(true);
  transport.last.receive('pong');
  expect(session.isDoubtful).toBe(false);
  await clock.advance(19_999);
  expect(transport.last.sent).toEqual(['ping']);
  await clock.advance(1);
  expect(transport.last.sent).toEqual(['ping', 'ping']);
  transport.last.receive('pong');
  session.doubt();
  await clock.advance(9_999);
  expect(told).toEqual(['live']);
  await clock.advance(1);
  expect(told).toEqual(['live', 'broken: nothing came for 10000 ms', 'reconnecting 1']);
});

test('a replacement is live before the old connection is closed, frames of both arrive, nothing breaks', async () => {
  const { clock, transport, told, frames, link } = setup({ silenceMs: 1e12, rotateAfterMs: 3_600_000 });
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.runUntil(() => transport.sockets.length === 2, 3_600_001);
  const [old, fresh] = transport.sockets;
  old!.receive('late');
  fresh!.receive('new');
  expect(old!.gone).toBe(false);
  await clock.advance(5_000);
  expect(old!.gone).toBe(true);
  expect(frames).toEqual(['1:late', '2:new']);
  expect(told).toEqual(['live', 'replaced']);
});

test('what still comes while a stopped link closes is told to nobody', async () => {
  const { clock, transport, frames, link } = setup();
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.settle();
  const { handlers } = transport.last;
  handlers.onFrame(Buffer.from('before'), false);
  const stopping = link.stop();
  handlers.onFrame(Buffer.from('after'), false);
  await clock.runFor(stopping);
  expect(frames).toEqual(['1:before']);
});

test('... but for replies that are waited for', async () => {
  const { clock, transport, frames, link } = setup();
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.settle();
  const { handlers } = transport.last;
  const session = link.session!;
  const waiting = session.request('1', 'ask', 5_000);
  const stopping = link.stop();
  handlers.onFrame(Buffer.from('reply'), false);
  session.settle('1', 'reply');
  handlers.onFrame(Buffer.from('push'), false);
  await clock.runFor(stopping);
  expect(await waiting).toEqual({ end: 'reply', reply: 'reply' });
  expect(frames).toEqual(['1:reply']);
});

test('a link that is stopped no longer waits to be admitted', async () => {
  const { clock, transport, link } = setup({
    admit: (signal) =>
      new Promise<void>((resolve) => {
        const timer = clock.after(3 * 86_400_000, resolve);
        signal.addEventListener('abort', () => {
          timer.cancel();
          resolve();
        });
      }),
  });
  link.start();
  await clock.advance(1_000);
  await link.stop();
  await clock.settle();
  expect(transport.sockets).toEqual([]);
  expect(await clock.runAll(0)).toBe(true);
});

test('when the replacement does not come to life the old connection stays, and its end is a break', async () => {
  const { clock, transport, told, link } = setup({ silenceMs: 1e12 });
  transport.onConnect = (socket) => (transport.sockets.length === 1 ? socket.open() : socket.refuse());
  link.start();
  await clock.settle();
  link.replaceNow('shutdown announced');
  await clock.advance(60_000);
  expect(told).toEqual(['live']);
  expect(transport.sockets.length).toBeGreaterThan(3);
  transport.sockets[0]!.die(1001, 'bye');
  await clock.settle();
  expect(told).toContain('broken: bye');
  transport.onConnect = (socket) => socket.open();
  await clock.runUntil(() => link.isLive);
  expect(told.at(-1)).toBe('live');
});

test('a connection that is to be left before it is live is replaced when it is; one that is gone is not', async () => {
  let letGo: (() => void)[] = [];
  const { clock, transport, told, link } = setup({
    silenceMs: 1e12,
    open: (session) => {
      if (session.number < 3) link.replace(session, 'shutdown announced');
      return new Promise((resolve) => letGo.push(resolve));
    },
  });
  const open = async (): Promise<void> => {
    const waiting = letGo;
    letGo = [];
    for (const go of waiting) go();
    await clock.settle();
  };
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.settle();
  transport.sockets[0]!.die();
  await clock.advance(5_000);
  expect(transport.sockets).toHaveLength(2);
  await open();
  await clock.runUntil(() => transport.sockets.length === 3, 3_000);
  await open();
  await clock.advance(60_000);
  expect(transport.sockets).toHaveLength(3);
  expect(told).toEqual(['reconnecting 1', 'live', 'replaced']);
});

test('connections that are to be left one after the other are not dialled as fast as they come', async () => {
  const { clock, transport, link } = setup({
    silenceMs: 1e12,
    open: (session) => {
      link.replace(session, 'shutdown announced');
      return Promise.resolve();
    },
  });
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.advance(60_000);
  expect(transport.sockets.length).toBeLessThan(15);
  expect(link.isLive).toBe(true);
});

test('requests end with their reply, in time-out, lost with the socket, or unsent', async () => {
  const { clock, transport, link } = setup();
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.settle();
  const session = link.session!;
  const replied = session.request('1', 'a', 5_000);
  const late = session.request('2', 'b', 1_000);
  const lost = session.request('3', 'c', 5_000);
  expect(transport.last.sent).toEqual(['a', 'b', 'c']);
  expect(session.settle('1', { fine: true })).toBe(true);
  expect(await clock.runFor(replied)).toEqual({ end: 'reply', reply: { fine: true } });
  expect(await clock.runFor(late)).toEqual({ end: 'timeout', afterMs: 1_000 });
  expect(session.settle('2', {})).toBe(false);
  transport.last.die(1006, 'reset');
  expect(await lost).toEqual({ end: 'lost', reason: 'reset' });
  expect(await session.request('4', 'd', 5_000)).toEqual({ end: 'not-sent', reason: 'the socket is not open' });
});

test('a login that is refused after it was taken once is tried again', async () => {
  let failure: TradeError | null = null;
  const { clock, transport, told, link } = setup({
    open: () => (failure === null ? Promise.resolve() : Promise.reject(failure)),
  });
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.advance(1_000);
  failure = new TradeError('wrong key', { kind: 'auth', outcome: 'rejected' });
  transport.sockets.at(-1)?.die();
  await clock.advance(600_000);
  expect(told.some((line) => line.startsWith('fatal'))).toBe(false);
  failure = null;
  await clock.advance(60_000);
  expect(link.isLive).toBe(true);
});

test('a refused login ends it for good; any other trouble in opening is tried again', async () => {
  let failure = new TradeError('try later', { kind: 'maintenance', outcome: 'rejected' });
  const { clock, transport, told, link } = setup({ open: () => Promise.reject(failure) });
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.advance(10_000);
  expect(transport.sockets.length).toBeGreaterThan(2);
  expect(told.every((line) => line.startsWith('reconnecting'))).toBe(true);
  failure = new TradeError('wrong key', { kind: 'auth', outcome: 'rejected' });
  await clock.advance(60_000);
  expect(told.at(-1)).toBe('fatal: wrong key');
  const count = transport.sockets.length;
  await clock.advance(600_000);
  expect(transport.sockets).toHaveLength(count);
});

test('a connection whose opening hangs is given up and dialled anew', async () => {
  const { clock, transport, link } = setup({ open: () => new Promise(() => undefined), silenceMs: 1e12 });
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.advance(26_000);
  expect(transport.sockets).toHaveLength(2);
});

test('A14: two connections of a process cut at once heal side by side', async () => {
  const one = setup();
  const { clock, transport } = one;
  const two = setup({ clock, transport });
  const links = [one.link, two.link];
  transport.onConnect = (socket) => socket.open();
  for (const link of links) link.start();
  await clock.settle();
  expect(links.map(({ isLive }) => isLive)).toEqual([true, true]);
  for (const socket of transport.sockets.slice()) socket.die();
  expect(links.map(({ isLive }) => isLive)).toEqual([false, false]);
  await clock.advance(600);
  expect(links.map(({ isLive }) => isLive)).toEqual([true, true]);
});

test('stop closes every connection and stays silent', async () => {
  const { clock, transport, told, link } = setup();
  transport.onConnect = (socket) => socket.open();
  link.start();
  await clock.settle();
  await clock.runFor(link.stop());
  await clock.advance(600_000);
  expect(transport.sockets).toHaveLength(1);
  expect(told).toEqual(['live']);
});
