// Methods about the connection itself: logging on and off, and subscribing to account events (binance.md A2.3, A5).
// Each connection has its own set, since each is about that connection.

import type { VenueAccount } from '../venue.ts';
import type { Desk } from './desk.ts';
import type { Endpoint } from './endpoint.ts';
import { ApiError, invalidKey } from './errors.ts';

const WEIGHT = 2;

export interface Logon {
  readonly account: VenueAccount;
  readonly since: number;
}

/** What the methods do to their connection. */
export interface Session {
  logon: Logon | null;
  readonly connectedSince: number;
  readonly returnsRateLimits: boolean;
  readonly subscriptionIds: readonly number[];
  /** Returns the subscription's id. `ofSession`: made with the key of the session, and ends with it. */
  subscribe(account: VenueAccount, ofSession: boolean): number;
  /** Null ends all. */
  unsubscribe(id: number | null): void;
  logOut(): void;
}

function statusText(desk: Desk, session: Session): string {
  const { logon } = session;
  return (
    `{"apiKey":${logon === null ? 'null' : JSON.stringify(logon.account.accessKey)},"authorizedSince":${logon?.since ?? 'null'}` +
    `,"connectedSince":${session.connectedSince},"returnRateLimits":${session.returnsRateLimits},"serverTime":${desk.serverTime()}` +
    `,"userDataStream":${session.subscriptionIds.length > 0}}`
  );
}

export function sessionMethods(desk: Desk, session: Session): ReadonlyMap<string, Endpoint> {
  const base = { rest: null, weight: WEIGHT, params: [] as readonly string[] } as const;
  const endpoints: Endpoint[] = [
    {
      ...base,
      method: 'session.logon',
      security: 'signed',
      operation: 'login',
      run({ account }) {
        if (account.ed25519PublicKeyPem === null) {
          throw new ApiError(400, -4056, 'HMAC_SHA256 API key is not supported.');
        }
        session.logon = { account, since: desk.serverTime() };
        return statusText(desk, session);
      },
    },
    {
      ...base,
      method: 'session.status',
      security: 'none',
      operation: 'other',
      run: () => statusText(desk, session),
    },
    {
      ...base,
      method: 'session.logout',
      security: 'none',
      operation: 'other',
      run() {
        session.logOut();
        return statusText(desk, session);
      },
    },
    {
      ...base,
      method: 'session.subscriptions',
      security: 'none',
      operation: 'other',
      run: () => `[${session.subscriptionIds.map((id) => `{"subscriptionId":${id}}`).join(',')}]`,
    },
    {
      ...base,
      method: 'userDataStream.subscribe',
      security: 'none',
      operation: 'subscribe',
      run() {
        const account = session.logon?.account;
        if (account === undefined || !account.permissions.valid) throw invalidKey();
        return `{"subscriptionId":${session.subscribe(account, true)}}`;
      },
    },
    {
      ...base,
      method: 'userDataStream.subscribe.signature',
      security: 'signed',
      operation: 'subscribe',
      run: ({ account }) => `{"subscriptionId":${session.subscribe(account, false)}}`,
    },
    {
      ...base,
      method: 'userDataStream.unsubscribe',
      security: 'none',
      operation: 'other',
      params: ['subscriptionId'],
      run({ params }) {
        session.unsubscribe(params.integer('subscriptionId'));
        return '{}';
      },
    },
  ];
  return new Map(endpoints.map((endpoint) => [endpoint.method ?? '', endpoint]));
}
