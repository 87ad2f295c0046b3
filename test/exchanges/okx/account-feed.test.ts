// The private stream: login, acknowledgements, silence, sessions that are replaced before they end, and logins that can never succeed.

import { describe, expect, it, test } from 'vitest';
import { BalanceSheet } from '../../../src/domain/balance-sheet.ts';
import { ok } from '../../../src/domain/errors.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { OkxAccountFeed } from '../../../src/exchanges/okx/account-feed.ts';
import { probeOf } from '../../../src/exchanges/okx/conversation.ts';
import { createSigner } from '../../../src/exchanges/okx/sign.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { ClockOffset } from '../../../src/wire/clock-offset.ts';
import { FakeTransport, FeedDiary, OpenBudgets, type FakeSocket } from './fake.ts';

const START = 1_538_054_050_000;

async function makeFeed() {
  const clock = new VirtualClock(START);
  const transport = new FakeTransport();
  const diary = new FeedDiary();
  let measured = 0;
  const feed = new OkxAccountFeed({
    transport,
    clock,
    random: seededRandom('feed'),
    log: silentLog,
    url: 'wss://okx.test/ws/v5/private',
    credentials: { accessKey: 'key', passphrase: 'open sesame', signer: createSigner(new Secret('mock-secret')) },
    time: new ClockOffset({
      clock,
      samples: 1,
      ask: () => {
        measured++;
        return Promise.resolve(ok(clock.now()));
      },
    }),
    requestTimeoutMs: 5_000,
    probe: probeOf(undefined),
    connects: new OpenBudgets().get('connect'),
    balances: new BalanceSheet(),
  });
  feed.start(diary);
  await clock.settle();
  return { clock, transport, diary, feed, measured: () => measured };
}

/** All the way to a live session. */
async function goLive(clock: VirtualClock, socket: FakeSocket): Promise<void> {
  socket.goLive();
  await clock.settle();
}

/** Longer than the first waits before another attempt. */
const SOON_MS = 2_000;

const orderPush = (fields: Record<string, string> = {}) => ({
  arg: { channel: 'orders', instType: 'ANY', uid: '1' },
  data: [
    {
      instType: 'SPOT',
      instId: 'BTC-USDT',
      ordId: '77',
      clOrdId: 'a1',
      state: 'live',
      side: 'buy',
      ordType: 'limit',
      px: '1',
      sz: '1',
      accFillSz: '0',
      uTime: '5',
      ...fields,
    },
  ],
});

describe('coming up', () => {
  it('logs in with a fresh signature, subscribes after the login, and is live after every acknowledgement', async () => {
    const { clock, transport, diary, feed } = await makeFeed();
    transport.socket.open();
    expect(transport.socket.all).toEqual([
      {
        op: 'login',
        args: [
          {
            apiKey: 'key',
            passphrase: 'open sesame',
            timestamp: '1538054050',
            sign: 'Dmtp4TyTAO5yzuAvNFiwYvL5V3PEzvf8T2Y3IQaXs+8=',
          },
        ],
      },
    ]);
    transport.socket.loginOk();
    expect(transport.socket.last).toEqual({
      op: 'subscribe',
      args: [
        { channel: 'orders', instType: 'ANY' },
        { channel: 'account', extraParams: '{"updateInterval":"0"}' },
      ],
    });
    transport.socket.acknowledge('orders');
    await clock.settle();
    expect(feed.isLive).toBe(false);
    transport.socket.acknowledge('account');
    await clock.settle();
    expect(feed.isLive).toBe(true);
    expect(diary.take()).toEqual(['open', 'authenticated', 'live']);
  });

  it('delivers orders and balances', async () => {
    const { clock, transport, diary } = await makeFeed();
    await goLive(clock, transport.socket);
    transport.socket.say(orderPush());
    transport.socket.say({
      arg: { channel: 'account', uid: '1' },
      eventType: 'event_update',
      data: [{ details: [{ ccy: 'USDT', availBal: '5', frozenBal: '1', eq: '6' }] }],
    });
    expect(diary.reports.map(({ orderId, life, source }) => ({ orderId, life, source }))).toEqual([
      { orderId: '77', life: 'open', source: 'push' },
    ]);
    expect(diary.assets).toEqual([{ USDT: { free: '5', locked: '1', total: '6' } }]);
  });

  it('gives up an attempt that gets nowhere, and makes another', async () => {
    const { clock, transport, diary } = await makeFeed();
    transport.socket.open();
    await clock.advance(30_000);
    expect(diary.take().slice(0, 3)).toEqual(['open', 'close', 'reconnecting']);
    expect(transport.sockets.length).toBeGreaterThan(1);
  });

  it('starts over when the exchange counts too many connections, though it had acknowledged', async () => {
    const { clock, transport, diary } = await makeFeed();
    await goLive(clock, transport.socket);
    transport.socket.say({ event: 'channel-conn-count', channel: 'orders', connCount: '2', connId: 'x' });
    expect(diary.take()).toEqual(['open', 'authenticated', 'live']);
    transport.socket.say({ event: 'channel-conn-count-error', channel: 'orders', connCount: '30', connId: 'x' });
    expect(diary.take()).toEqual([
      'close',
      'broken: too many connections (30) are subscribed to orders',
      'reconnecting',
    ]);
  });

  it('reports a subscription that is refused and tries again', async () => {
    const { clock, transport, diary } = await makeFeed();
    transport.socket.open();
    transport.socket.loginOk();
    transport.socket.say({ event: 'error', code: '60018', msg: 'Wrong URL or channel', connId: 'x' });
    await clock.settle();
    expect(diary.take()).toEqual(['open', 'authenticated', 'exception', 'close', 'reconnecting']);
    await clock.advance(SOON_MS);
    await goLive(clock, transport.socket);
    expect(diary.take()).toEqual(['open', 'authenticated', 'live']);
  });
});

describe('a login', () => {
  it.each([
    ['60005', 'Invalid apiKey'],
    ['60007', 'Invalid sign'],
    ['60024', 'Wrong passphrase'],
    ['60009', 'Login failed.'],
  ])('refused with %s is not tried again', async (code, msg) => {
    const { clock, transport, diary } = await makeFeed();
    transport.socket.open();
    transport.socket.say({ event: 'error', code, msg, connId: 'x' });
    await clock.advance(60_000);
    expect(diary.take()).toContainEqual(expect.stringContaining(`fatal: ${msg} (${code})`));
    expect(transport.sockets).toHaveLength(1);
  });

  it('refused and hung up on in one breath is not tried again either', async () => {
    const { clock, transport, diary } = await makeFeed();
    transport.socket.open();
    transport.socket.say({ event: 'error', code: '60024', msg: 'Wrong passphrase', connId: 'x' });
    transport.socket.end(4001, 'Login failed');
    await clock.advance(60_000);
    expect(diary.take().filter((line) => line.startsWith('fatal'))).toEqual(['fatal: Wrong passphrase (60024)']);
    expect(transport.sockets).toHaveLength(1);
  });

  it('refused for the clock is signed anew with a corrected one', async () => {
    const { clock, transport, diary, measured } = await makeFeed();
    transport.socket.open();
    transport.socket.say({ event: 'error', code: '60006', msg: 'Timestamp request expired', connId: 'x' });
    await clock.advance(SOON_MS);
    expect(measured()).toBe(1);
    await goLive(clock, transport.socket);
    expect(transport.socket.sent[0]).not.toBe(transport.sockets[0]!.sent[0]);
    expect(diary.take().at(-1)).toBe('live');
  });

  it('that fails in general is tried again when the exchange had said that its login is broken', async () => {
    const { clock, transport, diary } = await makeFeed();
    for (const [code, msg] of [
      ['63999', 'Internal system error'],
      ['60009', 'Login failed.'],
    ] as const) {
      transport.socket.open();
      transport.socket.say({ event: 'error', code, msg, connId: 'x' });
      await clock.advance(SOON_MS);
    }
    await goLive(clock, transport.socket);
    expect(diary.lines.at(-1)).toBe('live');
    expect(diary.lines.filter((line) => line.startsWith('fatal'))).toEqual([]);
  });

  it('never shows its credentials, not even when the exchange quotes them', async () => {
    const { clock, transport, diary } = await makeFeed();
    transport.socket.open();
    transport.socket.say({
      event: 'error',
      code: '60012',
      msg: 'Illegal request: {"op":"login","args":[{"apiKey":"key","passphrase":"open sesame"}]}',
      connId: 'x',
    });
    await clock.settle();
    expect(diary.events.map(({ type }) => type)).toContain('exception');
    expect(JSON.stringify([diary.lines, diary.events])).not.toContain('sesame');
  });
});

describe('silence', () => {
  it('is asked about after 20 s; an answer keeps the connection', async () => {
    const { clock, transport, diary } = await makeFeed();
    await goLive(clock, transport.socket);
    const before = transport.socket.sent.length;
    await clock.advance(19_999);
    expect(transport.socket.sent).toHaveLength(before);
    await clock.advance(1);
    expect(transport.socket.sent.at(-1)).toBe('ping');
    transport.socket.say('pong');
    await clock.advance(10_000);
    expect(transport.socket.isGone).toBe(false);
    expect(diary.take()).toEqual(['open', 'authenticated', 'live']);
  });

  it('of 30 s means that it is dead', async () => {
    const { clock, transport, diary } = await makeFeed();
    await goLive(clock, transport.socket);
    diary.take();
    await clock.advance(30_000);
    expect(diary.take()).toEqual(['close', 'broken: nothing came for 30000 ms', 'reconnecting']);
    await clock.advance(SOON_MS);
    await goLive(clock, transport.socket);
    expect(diary.take()).toEqual(['open', 'authenticated', 'live']);
  });

  it('is broken by any frame', async () => {
    const { clock, transport } = await makeFeed();
    await goLive(clock, transport.socket);
    for (let i = 0; i < 10; i++) {
      await clock.advance(15_000);
      transport.socket.say(orderPush());
    }
    expect(transport.socket.sent).not.toContain('ping');
  });

  it.each([
    [undefined, { text: 'ping', afterMs: 20_000, answerMs: 10_000 }],
    [9_000, { text: 'ping', afterMs: 6_000, answerMs: 3_000 }],
    [45_000, { text: 'ping', afterMs: 20_000, answerMs: 25_000 }],
  ])('of %s ms in all is split between waiting and asking, inside the exchange’s 30 s', (streamSilence, probe) => {
    expect(probeOf(streamSilence)).toEqual(probe);
  });
});

describe('a session that the exchange will close', () => {
  const notice = {
    event: 'notice',
    code: '64008',
    msg: 'The connection will soon be closed for a service upgrade. Please reconnect.',
    connId: 'x',
  };

  it('is replaced first, without a gap', async () => {
    const { clock, transport, diary, feed } = await makeFeed();
    await goLive(clock, transport.socket);
    diary.take();
    const [old] = transport.sockets;
    old!.say(notice);
    old!.say(notice);
    await clock.settle();
    expect(transport.sockets).toHaveLength(2);
    transport.socket.open();
    transport.socket.loginOk();
    await clock.settle();
    old!.say(orderPush({ ordId: '78' }));
    expect(old!.isGone).toBe(false);
    transport.socket.acknowledge('orders', 'account');
    await clock.advance(5_000);
    expect(old!.isGone).toBe(true);
    expect(feed.isLive).toBe(true);
    expect(diary.take()).toEqual(['open', 'authenticated']);
    expect(diary.reports.map(({ orderId }) => orderId)).toEqual(['78']);
  });

  it('is replaced also when it hears of it before it is live', async () => {
    const { clock, transport, diary } = await makeFeed();
    const [old] = transport.sockets;
    old!.open();
    old!.loginOk();
    old!.say(notice);
    old!.acknowledge('orders', 'account');
    await clock.runUntil(() => transport.sockets.length === 2, 3_000);
    await goLive(clock, transport.socket);
    await clock.advance(5_000);
    expect(old!.isGone).toBe(true);
    expect(transport.sockets).toHaveLength(2);
    expect(diary.take()).toEqual(['open', 'authenticated', 'live', 'open', 'authenticated']);
  });

  it('keeps its operations under way until they are answered', async () => {
    const { clock, transport, feed } = await makeFeed();
    await goLive(clock, transport.socket);
    const [old] = transport.sockets;
    const pending = feed.call('order', [{ clOrdId: 'a1' }], null)!;
    const id = old!.last['id'];
    old!.say(notice);
    await clock.settle();
    await goLive(clock, transport.socket);
    await clock.advance(3_000);
    expect(old!.isGone).toBe(false);
    const later = feed.call('order', [{ clOrdId: 'a2' }], null);
    expect(transport.socket.last).toMatchObject({ op: 'order', args: [{ clOrdId: 'a2' }] });
    expect(later).not.toBeNull();
    old!.say({ id, op: 'order', code: '0', msg: '', data: [{ ordId: '9', sCode: '0' }] });
    expect(await pending).toMatchObject({ type: 'reply', reply: { code: '0' } });
    await clock.advance(3_000);
    expect(old!.isGone).toBe(true);
  });

  it('and closes before the new one is ready leaves a gap, and says so', async () => {
    const { clock, transport, diary } = await makeFeed();
    await goLive(clock, transport.socket);
    diary.take();
    const [old] = transport.sockets;
    old!.say(notice);
    await clock.settle();
    transport.socket.open();
    old!.end(1001, 'service upgrade');
    expect(diary.take()).toEqual(['open', 'close', 'broken: service upgrade']);
    transport.socket.loginOk();
    transport.socket.acknowledge('orders', 'account');
    await clock.settle();
    expect(diary.take()).toEqual(['authenticated', 'live']);
    expect(transport.sockets).toHaveLength(2);
  });

  it('is tried again while it lasts when the new one fails', async () => {
    const { clock, transport, diary } = await makeFeed();
    await goLive(clock, transport.socket);
    transport.socket.say(notice);
    await clock.settle();
    transport.socket.end(1006, '');
    await clock.advance(SOON_MS);
    expect(transport.sockets).toHaveLength(3);
    await goLive(clock, transport.socket);
    expect(diary.lines.filter((line) => line.startsWith('broken'))).toEqual([]);
  });
});

describe('order operations', () => {
  it('go out at once, with expTime at the top level, and are answered by id', async () => {
    const { clock, transport, feed } = await makeFeed();
    await goLive(clock, transport.socket);
    const one = feed.call('order', [{ clOrdId: 'a1' }], 1763433838000)!;
    const two = feed.call('cancel-order', [{ ordId: '7' }], null)!;
    const [first, second] = transport.socket.all.slice(-2);
    expect(first).toMatchObject({ op: 'order', args: [{ clOrdId: 'a1' }], expTime: '1763433838000' });
    expect(first!['id']).not.toBe(second!['id']);
    transport.socket.say({ id: second!['id'], op: 'cancel-order', code: '0', msg: '', data: [{ sCode: '0' }] });
    transport.socket.say({ event: 'error', id: first!['id'], code: '60013', msg: 'Invalid args', connId: 'x' });
    expect(await one).toEqual({ type: 'reply', reply: { code: '60013', msg: 'Invalid args', rows: [] } });
    expect(await two).toMatchObject({ type: 'reply', reply: { code: '0' } });
  });

  it('are found by the request that an older error quotes', async () => {
    const { clock, transport, feed } = await makeFeed();
    await goLive(clock, transport.socket);
    const pending = feed.call('order', [{ clOrdId: 'a1' }], null)!;
    transport.socket.say({
      event: 'error',
      code: '60012',
      msg: `Illegal request: ${transport.socket.sent.at(-1)}`,
      connId: 'x',
    });
    expect(await pending).toMatchObject({ type: 'reply', reply: { code: '60012' } });
  });

  it('are in doubt when the connection goes, or when no reply comes in time', async () => {
    const { clock, transport, feed } = await makeFeed();
    await goLive(clock, transport.socket);
    const silent = feed.call('order', [{ clOrdId: 'a1' }], null)!;
    const late = transport.socket.last['id'];
    await clock.advance(5_000);
    expect(await silent).toMatchObject({ type: 'lost', error: { kind: 'timeout', outcome: 'unknown' } });
    transport.socket.say({ id: late, op: 'order', code: '0', msg: '', data: [] });
    const cut = feed.call('order', [{ clOrdId: 'a2' }], null)!;
    transport.socket.end(1006, '');
    expect(await cut).toMatchObject({ type: 'lost', error: { kind: 'network', outcome: 'unknown' } });
  });

  it('are not taken after one that was not answered until something comes; whether anybody is there is asked at once', async () => {
    const { clock, transport, feed, diary } = await makeFeed();
    await goLive(clock, transport.socket);
    diary.take();
    void feed.call('cancel-order', [{ ordId: '7' }], null);
    await clock.advance(5_000);
    expect(transport.socket.sent.at(-1)).toBe('ping');
    expect(feed.call('cancel-order', [{ ordId: '7' }], null)).toBeNull();
    transport.socket.say('pong');
    expect(feed.call('cancel-order', [{ ordId: '7' }], null)).not.toBeNull();
    await clock.advance(15_000);
    expect(diary.take()).toEqual(['close', 'broken: nothing came for 15000 ms', 'reconnecting']);
  });

  it('are not taken while the stream is not live', async () => {
    const { clock, transport, feed } = await makeFeed();
    expect(feed.call('order', [], null)).toBeNull();
    transport.socket.open();
    expect(feed.call('order', [], null)).toBeNull();
    transport.socket.loginOk();
    transport.socket.acknowledge('orders', 'account');
    await clock.settle();
    expect(feed.call('order', [], null)).not.toBeNull();
    transport.socket.end(1006, '');
    expect(feed.call('order', [], null)).toBeNull();
  });

  it('refused for want of a login end the session: its stream is deaf too', async () => {
    const { clock, transport, feed, diary } = await makeFeed();
    await goLive(clock, transport.socket);
    const pending = feed.call('order', [{ clOrdId: 'a1' }], null)!;
    transport.socket.say({
      id: transport.socket.last['id'],
      op: 'order',
      code: '60011',
      msg: 'Please log in',
      data: [],
    });
    expect(await pending).toMatchObject({ type: 'reply', reply: { code: '60011' } });
    expect(diary.lines.some((line) => line.startsWith('broken'))).toBe(true);
  });
});

test('stopping closes the connection, and nothing comes after it', async () => {
  const { clock, transport, feed, diary } = await makeFeed();
  await goLive(clock, transport.socket);
  diary.take();
  await feed.stop();
  expect(transport.socket.isGone).toBe(true);
  await clock.advance(120_000);
  expect(transport.sockets).toHaveLength(1);
  expect(diary.take().filter((line) => line !== 'close')).toEqual([]);
  await feed.stop();
});
