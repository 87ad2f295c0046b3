// One connection to `/ws/trade`: order entry with the same answers as over REST, plus the request's `cid` (htx.md section 6).

import type { ServerSession, ServerSocket } from '../dialect.ts';
import type { Operation } from '../gateway.ts';
import { jsonText } from '../json-text.ts';
import type { VenueAccount } from '../venue.ts';
import type { Body, Params } from './commands.ts';
import { errorBody, failureOf, NOT_LOGGED_IN, NO_PERMISSION, TOO_FREQUENT, type HtxError } from './errors.ts';
import { members, readFrame, word } from './frame.ts';
import { Heartbeat } from './heartbeat.ts';
import { RequestPace } from './request-pace.ts';
import type { Site } from './site.ts';
import { logIn } from './socket-login.ts';
import { findInstrument } from './symbols.ts';

const PING_EVERY_MS = 20_000;
const NO_SUCH_OPERATION: HtxError = { code: 'invalid-command', message: 'invalid.ch' };
/** The same refusals in the codes of `/ws/v2` (section 8.6). */
const SOCKET_CODES: ReadonlyMap<HtxError, { readonly code: number; readonly message: string }> = new Map([
  [TOO_FREQUENT, { code: 4000, message: 'too.many.request' }],
  [NOT_LOGGED_IN, { code: 2002, message: 'invalid.auth.state' }],
  [NO_SUCH_OPERATION, { code: 2001, message: 'invalid.ch' }],
]);

interface Command {
  readonly operation: Operation;
  /** Under which REST endpoint's limit it counts. */
  readonly endpoint: string;
  count(params: unknown): number;
  run(site: Site, account: VenueAccount, params: unknown): Body;
}

function list(params: unknown): readonly Params[] {
  return Array.isArray(params) ? params.map((item: unknown) => members(item)) : [];
}

/** Maps, here and wherever a client's word is looked up: a plain object also knows `constructor`. */
const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries<Command>({
    'create-order': {
      operation: 'create',
      endpoint: '/v1/order/orders/place',
      count: () => 1,
      run: (site, account, params) => site.commands.place(account, members(params)),
    },
    'create-batchorder': {
      operation: 'create',
      endpoint: '/v1/order/batch-orders',
      count: (params) => Math.max(list(params).length, 1),
      run: (site, account, params) => site.commands.placeBatch(account, list(params)),
    },
    cancel: {
      operation: 'cancel',
      endpoint: '/v1/order/orders/batchcancel',
      count: (params) => {
        const ids: unknown = members(params)['order-ids'] ?? members(params)['client-order-ids'];
        return Array.isArray(ids) ? Math.max(ids.length, 1) : 1;
      },
      run: (site, account, params) => site.commands.cancelBatch(account, members(params)),
    },
    cancelall: {
      operation: 'cancel-all',
      endpoint: '/v1/order/orders/batchCancelOpenOrders',
      count: () => 1,
      run: (site, account, params) => site.commands.cancelOpen(account, members(params)),
    },
  }),
);

export class TradeSession implements ServerSession {
  private readonly site: Site;
  private readonly socket: ServerSocket;
  private readonly host: string;
  private account: VenueAccount | null = null;
  private readonly heartbeat: Heartbeat;
  private readonly unregister: () => void;
  private readonly pace: RequestPace;

  constructor(site: Site, socket: ServerSocket, host: string) {
    this.site = site;
    this.socket = socket;
    this.host = host;
    this.pace = new RequestPace(site.clock);
    this.heartbeat = new Heartbeat({
      clock: site.clock,
      everyMs: PING_EVERY_MS,
      now: () => site.now(),
      send: (ts) => socket.send(jsonText({ action: 'ping', data: { ts } })),
      giveUp: () => socket.close(1000, 'time out close'),
    });
    this.unregister = site.gateway.register({
      stream: 'trade',
      accountUid: () => this.account?.uid ?? null,
      cut: () => socket.terminate(),
      expire: () => {
        if (site.settings.tradeExpiry === 'close') socket.close(1000, 'time out close');
        else this.account = null;
      },
    });
  }

  /** A refusal by the socket itself: in codes that stand alone, or in an envelope like REST's. */
  private refusal(error: HtxError): Body {
    const { tradeRefusals } = this.site.settings;
    const alone = tradeRefusals === 'socket-codes' ? SOCKET_CODES.get(error) : undefined;
    return alone ?? errorBody(error);
  }

  /** An envelope carries the request's `cid`. */
  private answer(body: Body, cid: string): void {
    this.socket.send(jsonText('status' in body || body['code'] === 200 ? { ...body, cid } : body));
  }

  onFrame(text: string): void {
    const frame = readFrame(text);
    if (frame === null) return this.socket.send(jsonText({ code: 2001, message: 'invalid.json' }));
    if (frame['action'] === 'pong') return this.heartbeat.answered(members(frame['data'])['ts']);
    const cid = word(frame['cid']);
    if (!this.pace.allows()) return this.answer(this.refusal(TOO_FREQUENT), cid);
    if (frame['action'] === 'req' && frame['ch'] === 'auth') return this.logIn(members(frame['params']));
    const command = typeof frame['ch'] === 'string' ? COMMANDS.get(frame['ch']) : undefined;
    if (command === undefined) return this.answer(this.refusal(NO_SUCH_OPERATION), cid);
    this.run(command, frame['params'], cid);
  }

  private logIn(params: Params): void {
    logIn(this.site, {
      host: this.host,
      path: '/ws/trade',
      remote: this.socket.remote,
      params,
      loggedIn: (account) => {
        this.account = account;
      },
      failure: (kind) => ({
        action: 'req',
        code: kind === 'key-revoked' || kind === 'clock-skew' ? 2002 : 500,
        ch: 'auth',
        message: kind === 'key-revoked' ? 'auth.fail' : 'system error',
      }),
      deliver: (reply) => this.socket.send(jsonText(reply)),
    });
  }

  private run(command: Command, params: unknown, cid: string): void {
    const { site, account } = this;
    const raw = members(params)['symbol'];
    const instrument = typeof raw === 'string' ? findInstrument(site.venue, raw) : null;
    site.gateway.run<Body | null>(
      {
        operation: command.operation,
        channel: 'socket',
        accountUid: account?.uid ?? null,
        symbol: instrument?.symbol ?? null,
        remote: this.socket.remote,
        count: command.count(params),
      },
      {
        execute: () => {
          if (account === null || !account.permissions.valid) return this.refusal(NOT_LOGGED_IN);
          if (!account.permissions.trade) return errorBody(NO_PERMISSION);
          const verdict = site.limits.take(account.uid, command.endpoint, site.clock.monotonic(), site.now());
          return verdict.allowed ? command.run(site, account, params) : this.refusal(TOO_FREQUENT);
        },
        // What is not HTX's own JSON over REST (a proxy's error page, a ban) is a lost connection here.
        failure: (kind) => {
          const { error } = failureOf(kind);
          return error === null ? null : this.refusal(error);
        },
        deliver: (body) => {
          if (body === null) this.socket.close(1011, 'internal error');
          else this.answer(body, cid);
        },
      },
    );
  }

  onClose(): void {
    this.heartbeat.stop();
    this.unregister();
  }
}
