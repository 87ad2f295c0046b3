// The client's side of the fake exchange, over any transport: what the tests of carriers and faults hold in their hands.
import { TransportError, type HttpRequest, type Socket, type Transport } from '../../src/seam/transport.ts';
import { fakeDialect } from './fake-dialect.ts';
import { account, INSTRUMENTS, d } from './support.ts';
import { createSimulation, type Simulation, type SimulationOptions } from '../../src/simulator/index.ts';

/** One thing that happened on a socket. */
export type Heard = string;

export interface Line {
  readonly socket: Socket;
  /** `open`, `frame <text>`, `ping`, `pong`, `close <code>`. */
  readonly heard: Heard[];
}

export interface Client {
  /** `<status> <body>`, or `error <sent> <kind>`. */
  ask(method: HttpRequest['method'], path: string, fields?: string, timeoutMs?: number): Promise<string>;
  listen(login?: boolean): Promise<Line>;
  readonly transport: Transport;
}

export const NO_LATENCY = { wayIn: { fixedMs: 0, jitterMs: 0 }, wayOut: { fixedMs: 0, jitterMs: 0 } };

export interface Fake extends Simulation {
  readonly client: Client;
  /** Awaits while running the virtual clock. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
}

export async function fake(options: SimulationOptions = {}): Promise<Fake> {
  const simulation = await createSimulation({
    dialects: { fake: fakeDialect },
    listings: INSTRUMENTS.map((instrument) => ({ instrument, startPrice: d(1) })),
    accounts: [account(1), account(2)],
    market: 'quiet',
    latency: NO_LATENCY,
    ...options,
  });
  const run = <T>(work: Promise<T>): Promise<T> => simulation.clock.runFor(work, 120_000);
  const rest = simulation.endpoints['fake']?.['rest'] ?? '';
  const wsPrivate = simulation.endpoints['fake']?.['private'] ?? '';
  return { ...simulation, run, client: clientOf(simulation.transport(), rest, wsPrivate, run) };
}

export function clientOf(
  transport: Transport,
  rest: string,
  wsPrivate: string,
  run: <T>(work: Promise<T>) => Promise<T>,
): Client {
  return {
    transport,
    ask(method, path, fields = '', timeoutMs = 10_000) {
      const url = `${rest}${path}${fields === '' ? '' : `?${fields}`}`;
      const work = transport.request({ method, url, headers: { 'X-Key': 'key-1' }, timeoutMs }).then(
        (reply) => `${reply.status} ${reply.body}`,
        (error: unknown) => {
          if (!(error instanceof TransportError)) throw error;
          return `error ${error.sent} ${error.kind}`;
        },
      );
      return run(work);
    },
    async listen(login = true) {
      const heard: Heard[] = [];
      return run(
        new Promise<Line>((done) => {
          const resolve = (): void => done({ socket, heard });
          const socket = transport.connect(wsPrivate, {
            onOpen: () => {
              heard.push('open');
              if (login) socket.send('key=key-1');
              else resolve();
            },
            onFrame: (data) => {
              heard.push(`frame ${data.toString()}`);
              if (data.toString().includes('login')) resolve();
            },
            onPing: () => heard.push('ping'),
            onPong: () => heard.push('pong'),
            onClose: (code) => {
              heard.push(`close ${code}`);
              resolve();
            },
          });
        }),
      );
    },
  };
}
