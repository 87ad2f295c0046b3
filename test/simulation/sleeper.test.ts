import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import type { Socket, SocketHandlers, Transport } from '../../src/seam/transport.ts';
import { Sleeper } from './sleeper.ts';

function stage() {
  const clock = new VirtualClock();
  const sleeper = new Sleeper(clock);
  const happened: string[] = [];
  let theirs: SocketHandlers | null = null;
  const network: Transport = {
    request: async ({ url }) => ({ status: 200, headers: {}, body: url }),
    connect(_url, handlers): Socket {
      theirs = handlers;
      return { isOpen: false, send: () => false, ping() {}, close() {}, terminate() {} };
    },
    close: async () => undefined,
  };
  const transport = sleeper.transport(network);
  const socket = transport.connect('ws://x', {
    onOpen: () => happened.push('open'),
    onFrame: (data) => happened.push(data.toString()),
    onClose: () => happened.push('closed'),
  });
  const exchange = (): SocketHandlers => theirs!;
  exchange().onOpen();
  return { clock, sleeper, transport, socket, happened, exchange };
}

describe('a process that sleeps', () => {
  it('takes in, when it wakes, first its overdue timers and then what arrived, each in order', async () => {
    const { clock, sleeper, transport, happened, exchange } = stage();
    sleeper.clock.after(2000, () => happened.push('timer 2'));
    sleeper.clock.after(1000, () => happened.push('timer 1'));
    sleeper.fallAsleep();
    const frame = Buffer.from('frame 1');
    exchange().onFrame(frame, false);
    // The memory is used again.
    frame.fill(0);
    void transport
      .request({ method: 'GET', url: 'reply', headers: {}, timeoutMs: 1 })
      .then(({ body }) => happened.push(body));
    await clock.advance(5000);
    expect(happened).toEqual(['open']);
    sleeper.wake();
    exchange().onFrame(Buffer.from('frame 2'), false);
    await clock.advance(0);
    expect(happened.slice(1)).toEqual(['timer 1', 'timer 2', 'frame 1', 'reply', 'frame 2']);
  });

  it('does not run a timer that an overdue one called off', async () => {
    const { clock, sleeper, happened } = stage();
    const second = sleeper.clock.after(20, () => happened.push('second'));
    sleeper.clock.after(10, () => second.cancel());
    sleeper.fallAsleep();
    await clock.advance(100);
    sleeper.wake();
    await clock.advance(100);
    expect(happened).toEqual(['open']);
  });

  it('does not know that its connection was closed before it wakes: what it sends then is lost', async () => {
    const { clock, sleeper, socket, happened, exchange } = stage();
    sleeper.clock.after(10, () => happened.push(`sent: ${socket.send('order')}`));
    sleeper.fallAsleep();
    exchange().onClose(1006, '');
    await clock.advance(100);
    sleeper.wake();
    await clock.advance(0);
    expect(happened).toEqual(['open', 'sent: true', 'closed']);
    expect(socket.send('too late')).toBe(false);
  });
});
