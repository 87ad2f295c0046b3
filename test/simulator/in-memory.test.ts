// The in-memory wire: in order, after a delay, never re-entrant, and honest about what may have been sent.
import { describe, expect, it } from 'vitest';
import { fake } from './fake-client.ts';

const ORDER = 'side=BUY&price=0.5&quantity=10';

describe('inMemoryTransport', () => {
  it('carries requests and pushes with the network’s delay', async () => {
    const { client, clock } = await fake();
    const line = await client.listen();
    expect(line.heard).toEqual(['open', 'frame {"hello":true}', 'frame {"login":true}']);
    const before = clock.monotonic();
    expect(await client.ask('POST', '/order', `id=a&${ORDER}`)).toBe('200 {"id":"a","status":"open","filled":"0"}');
    expect(clock.monotonic() - before).toBe(2);
    expect(line.heard.at(-1)).toBe('frame {"push":"order-accepted","id":"a","status":"open","filled":"0"}');
  });

  it('never calls back inside a call, and sends nothing on a closed socket', async () => {
    const { client, clock } = await fake();
    const line = await client.listen();
    const before = line.heard.length;
    line.socket.send('op=ping-me');
    line.socket.ping();
    expect(line.heard).toHaveLength(before);
    await clock.advance(10);
    expect(line.heard.slice(before)).toEqual(['ping', 'frame {"you":"pinged"}', 'pong', 'frame {"pong":"beat"}']);
    line.socket.close();
    expect(line.socket.isOpen).toBe(false);
    expect(line.socket.send('op=ping-me')).toBe(false);
    await clock.advance(10);
    expect(line.heard.at(-1)).toBe('close 1000');
    const dropped = await client.listen();
    dropped.socket.terminate();
    dropped.socket.terminate();
    await clock.advance(10);
    expect(dropped.heard.filter((each) => each.startsWith('close'))).toEqual(['close 1006']);
  });

  it('answers a ping when its client gets to it', async () => {
    const { transport, clock, endpoints } = await fake();
    const heard: string[] = [];
    const answers: (() => void)[] = [];
    const socket = transport({ takesPing: (answer) => answers.push(answer) }).connect(
      endpoints['fake']?.['private'] ?? '',
      { onOpen() {}, onFrame: (data) => void heard.push(data.toString()), onClose() {} },
    );
    await clock.advance(10);
    socket.send('op=ping-me');
    await clock.advance(1_000);
    expect(answers).toHaveLength(1);
    expect(heard.at(-1)).toBe('{"hello":true}');
    answers[0]?.();
    await clock.advance(10);
    expect(heard.at(-1)).toBe('{"pong":"beat"}');
  });

  it('tells what cannot have been sent from what may have been', async () => {
    const { client, transport, run } = await fake();
    expect(await client.ask('GET', '/time', '', 1)).toBe('error maybe timeout');
    const nowhere = transport().request({
      method: 'GET',
      url: 'http://nowhere.simulated/',
      headers: {},
      timeoutMs: 100,
    });
    await expect(run(nowhere)).rejects.toMatchObject({ sent: 'no', kind: 'network' });
  });

  it('gives a frame until its handler returns, as a real socket does', async () => {
    const { transport, clock, endpoints } = await fake();
    const kept: Buffer[] = [];
    const texts: string[] = [];
    transport().connect(endpoints['fake']?.['private'] ?? '', {
      onOpen() {},
      onFrame(data) {
        kept.push(data);
        texts.push(data.toString());
      },
      onClose() {},
    });
    await clock.advance(10);
    expect(texts).toEqual(['{"hello":true}']);
    expect(kept.map((data) => data.toString())).not.toEqual(texts);
  });

  it('refuses a handshake as the dialect says, and gives up connecting after a while', async () => {
    const { transport, clock, endpoints } = await fake();
    const seen: string[] = [];
    const handlers = {
      onOpen: () => seen.push('open'),
      onFrame: () => seen.push('frame'),
      onClose: (code: number, _: string, error?: Error) => seen.push(`${code} ${error?.message}`),
    };
    const wire = transport({ networkMs: 50 });
    wire.connect(`${endpoints['fake']?.['private']}-not`, handlers);
    await clock.advance(200);
    wire.connect(endpoints['fake']?.['private'] ?? '', handlers, { connectTimeoutMs: 60 });
    await clock.advance(200);
    wire.connect('ws://nowhere.simulated/', handlers);
    await clock.advance(200);
    expect(seen).toEqual([
      '1006 Unexpected server response: 404',
      '1006 no connection within 60 ms',
      '1006 getaddrinfo ENOTFOUND nowhere.simulated',
    ]);
    expect(wire.openSockets).toBe(0);
  });

  it('lets go of what is half-open when its client does, and of nothing before', async () => {
    const { client, clock, exchanges, faults } = await fake();
    const count = (): number | undefined => exchanges.get('fake')?.connectionCount;
    const lines = [await client.listen(), await client.listen()];
    faults.inject({ fault: 'half-open' });
    await clock.advance(60_000);
    expect(count()).toBe(2);
    lines[0]?.socket.terminate();
    await clock.advance(10);
    expect([count(), lines[0]?.heard.at(-1)]).toEqual([1, 'close 1006']);
    // Its close is never answered: it gives up waiting.
    lines[1]?.socket.close();
    await clock.advance(20_000);
    expect(count()).toBe(1);
    await clock.advance(20_000);
    expect([count(), lines[1]?.heard.at(-1)]).toEqual([0, 'close 1006']);
  });

  it('dies like a process: what was sent has effect, nothing is heard any more', async () => {
    const { client, transport, clock, endpoints, venue, exchanges } = await fake();
    const line = await client.listen();
    const doomed = transport();
    let settled = false;
    const url = `${endpoints['fake']?.['rest']}/order?id=last&${ORDER}`;
    const mark = (): void => {
      settled = true;
    };
    doomed.request({ method: 'POST', url, headers: { 'x-key': 'key-1' }, timeoutMs: 1000 }).then(mark, mark);
    doomed.kill();
    await clock.advance(5000);
    expect(settled).toBe(false);
    expect(venue('fake').openOrders(1, null)).toHaveLength(1);
    await client.transport.close();
    await clock.advance(100);
    expect(line.heard.at(-1)).toBe('close 1006');
    expect(exchanges.get('fake')?.connectionCount).toBe(0);
    expect(await client.ask('GET', '/time')).toBe('error no network');
  });
});
