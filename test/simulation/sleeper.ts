// A process that the machine does not let run for a while, as when a laptop sleeps or a virtual machine is moved: its timers and its network stand
// still, the world goes on. When it wakes, timers that are overdue come first, then what has arrived meanwhile, each in its order.
import type { Clock } from '../../src/seam/clock.ts';
import type { Socket, SocketHandlers, Transport } from '../../src/seam/transport.ts';

export class Sleeper {
  private readonly base: Clock;
  private isAsleep = false;
  private overdue: (() => void)[] = [];
  /** Not taken in yet. */
  private arrived: (() => void)[] = [];

  constructor(base: Clock) {
    this.base = base;
  }

  fallAsleep(): void {
    this.isAsleep = true;
  }

  wake(): void {
    this.isAsleep = false;
    this.arrived = [...this.overdue, ...this.arrived];
    this.overdue = [];
    this.takeIn();
  }

  private takeIn(): void {
    if (this.isAsleep || this.arrived.length === 0) return;
    // What it causes comes to rest before the next one.
    this.base.after(0, () => {
      if (this.isAsleep) return;
      this.arrived.shift()?.();
      this.takeIn();
    });
  }

  private get isBusy(): boolean {
    return this.isAsleep || this.arrived.length > 0;
  }

  /** From the network: nothing overtakes what came before. */
  enter(act: () => void): void {
    if (this.isBusy) this.arrived.push(act);
    else act();
  }

  get clock(): Clock {
    const { base } = this;
    return {
      now: () => base.now(),
      monotonic: () => base.monotonic(),
      after: (ms, fn) => {
        let isCanceled = false;
        const timer = base.after(ms, () => {
          if (!this.isAsleep) fn();
          else this.overdue.push(() => !isCanceled && fn());
        });
        return {
          cancel() {
            isCanceled = true;
            timer.cancel();
          },
        };
      },
    };
  }

  transport(transport: Transport): Transport {
    return {
      request: (request) =>
        new Promise((resolve, reject) => {
          transport.request(request).then(
            (response) => this.enter(() => resolve(response)),
            (error: unknown) => this.enter(() => reject(error instanceof Error ? error : new Error(String(error)))),
          );
        }),
      connect: (url, handlers, options) => this.connect(transport, url, handlers, options),
      close: () => transport.close(),
    };
  }

  private connect(
    transport: Transport,
    url: string,
    handlers: SocketHandlers,
    options?: { connectTimeoutMs?: number },
  ): Socket {
    /** As far as the process knows: the other end may have closed it meanwhile, and then what is sent is lost. */
    let isOpen = false;
    const socket = transport.connect(
      url,
      {
        onOpen: () =>
          this.enter(() => {
            isOpen = true;
            handlers.onOpen();
          }),
        onFrame: (data, binary) => {
          const bytes = this.isBusy ? Buffer.from(data) : data;
          this.enter(() => {
            if (isOpen) handlers.onFrame(bytes, binary);
          });
        },
        onPing: () => this.enter(() => isOpen && handlers.onPing?.()),
        onPong: () => this.enter(() => isOpen && handlers.onPong?.()),
        onClose: (code, reason, error) =>
          this.enter(() => {
            isOpen = false;
            if (error === undefined) handlers.onClose(code, reason);
            else handlers.onClose(code, reason, error);
          }),
      },
      options,
    );
    return {
      get isOpen() {
        return isOpen;
      },
      send(text) {
        if (isOpen) socket.send(text);
        return isOpen;
      },
      ping: () => socket.ping(),
      close() {
        isOpen = false;
        socket.close();
      },
      terminate() {
        isOpen = false;
        socket.terminate();
      },
    };
  }
}
