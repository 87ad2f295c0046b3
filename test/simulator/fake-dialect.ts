// A made-up exchange of a dozen words over the simulator's ports: enough to see every fault from a client's side.
// REST: POST/DELETE/GET /order, GET /open, GET /time. Socket: login, create, and private pushes of order events.
import type {
  Dialect,
  DialectContext,
  DialectFactory,
  ServerSession,
  ServerSocket,
  SimulatorReply,
} from '../../src/simulator/dialect.ts';
import type { Operation, RequestContext } from '../../src/simulator/gateway.ts';
import type { VenueOrder } from '../../src/simulator/venue.ts';
import { EOS, order, RULES } from './support.ts';

const json = (status: number, value: unknown): SimulatorReply => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)),
});
const brief = (made: VenueOrder): unknown => ({ id: made.clientOrderId, status: made.status, filled: made.filled });

class FakeDialect implements Dialect {
  readonly name = 'fake';
  private readonly context: DialectContext;
  private readonly sessions = new Set<{ uid: number | null; socket: ServerSocket }>();
  private readonly stop: () => void;

  constructor(context: DialectContext) {
    this.context = context;
    this.stop = context.venue.listen((event) => {
      if (!('order' in event) || event.type === 'order-rejected') return;
      for (const session of this.sessions) {
        if (session.uid !== event.order.accountUid) continue;
        const text = JSON.stringify({ push: event.type, ...Object(brief(event.order)) });
        const { symbol } = event.order;
        const send = (message: string): void => session.socket.send(message);
        context.gateway.push({ accountUid: session.uid, stream: 'private', connection: session, symbol, send }, text);
      }
    });
  }

  endpoints(http: string, ws: string): Record<string, string> {
    return { rest: http, private: `${ws}/private` };
  }

  request(asked: Parameters<Dialect['request']>[0], reply: (reply: SimulatorReply) => void): void {
    const fields = new URLSearchParams(asked.query || asked.body);
    const operation = operationOf(asked.method, asked.path);
    this.run(operation, 'rest', asked.headers['x-key'] ?? '', fields, asked.remote, reply);
  }

  private run(
    operation: Operation,
    channel: RequestContext['channel'],
    key: string,
    fields: URLSearchParams,
    remote: string,
    deliver: (reply: SimulatorReply) => void,
  ): void {
    const { venue, gateway, clock } = this.context;
    const account = venue.accountByKey(key);
    const uid = account?.uid ?? null;
    const id = fields.get('id') ?? '';
    gateway.run<SimulatorReply>(
      { operation, channel, accountUid: uid, symbol: EOS, remote, count: 1 },
      {
        execute: () => {
          if (operation === 'time') return json(200, { time: clock.now() + gateway.skew() });
          if (uid === null || account?.permissions.valid !== true) return json(401, { error: 'key' });
          const ref = { clientOrderId: id };
          if (operation === 'create') {
            const made = venue.place(
              uid,
              order(fields.get('side') === 'SELL' ? 'SELL' : 'BUY', fields.get('price'), fields.get('quantity'), {
                clientOrderId: id,
              }),
              RULES,
            );
            return made.ok ? json(200, brief(made.order)) : json(400, { error: made.rejection });
          }
          if (operation === 'cancel') {
            const ended = gateway.cancel(uid, EOS, ref);
            return json(ended.ok ? 200 : 400, ended.order === null ? {} : brief(ended.order));
          }
          if (operation === 'query-order') {
            const found = venue.order(uid, EOS, ref);
            const shown = found === null ? null : gateway.queried(found);
            return shown === null ? json(404, {}) : json(200, brief(shown));
          }
          return json(200, gateway.openOrders(uid, EOS).map(brief));
        },
        failure: (kind, retryAfterMs) => json(kind === 'server-error' ? 502 : 400, { failure: kind, retryAfterMs }),
        deliver,
      },
    );
  }

  connect(socket: ServerSocket, path: string): ServerSession | SimulatorReply {
    if (path !== '/private') return json(404, {});
    const session: { uid: number | null; socket: ServerSocket; key: string } = { uid: null, socket, key: '' };
    this.sessions.add(session);
    const unregister = this.context.gateway.register({
      stream: 'private',
      accountUid: () => session.uid,
      cut: () => socket.terminate(),
      expire: () => {
        socket.send('{"goodbye":true}');
        socket.close(1001, 'session expired');
      },
    });
    socket.send('{"hello":true}');
    return {
      onFrame: (text) => {
        const fields = new URLSearchParams(text);
        if (fields.get('op') === 'ping-me') return socket.ping('beat');
        const key = fields.get('key');
        if (key === null) {
          const answer = (reply: SimulatorReply): void => socket.send(reply.body);
          return this.run('create', 'socket', session.key, fields, socket.remote, answer);
        }
        session.key = key;
        session.uid = this.context.venue.accountByKey(key)?.uid ?? null;
        socket.send(`{"login":${session.uid !== null}}`);
      },
      onPing: () => socket.send('{"you":"pinged"}'),
      onPong: (payload) => socket.send(`{"pong":"${payload}"}`),
      onClose: () => {
        this.sessions.delete(session);
        unregister();
      },
    };
  }

  close(): void {
    this.stop();
    this.sessions.clear();
  }
}

function operationOf(method: string, path: string): Operation {
  if (path === '/time') return 'time';
  if (path === '/open') return 'open-orders';
  return method === 'POST' ? 'create' : method === 'DELETE' ? 'cancel' : 'query-order';
}

export const fakeDialect: DialectFactory = (context) => new FakeDialect(context);
