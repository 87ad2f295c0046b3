// The login request of both authenticated sockets, `/ws/v2` and `/ws/trade` (htx.md section 2.7): one way through the gateway, one set of answers.
// What each says of a failure that is not the login's own is its own part.

import type { FailureKind } from '../gateway.ts';
import type { JsonValue } from '../json-text.ts';
import type { VenueAccount } from '../venue.ts';
import { socketLogin } from './auth.ts';
import type { Params } from './commands.ts';
import type { Site } from './site.ts';

interface SocketLogin {
  readonly host: string;
  readonly path: string;
  readonly remote: string;
  readonly params: Params;
  readonly loggedIn: (account: VenueAccount) => void;
  readonly failure: (kind: FailureKind) => JsonValue;
  readonly deliver: (reply: JsonValue) => void;
}

export function logIn(site: Site, { host, path, remote, params, loggedIn, failure, deliver }: SocketLogin): void {
  const key = params['accessKey'];
  const claimed = typeof key === 'string' ? site.venue.accountByKey(key) : null;
  site.gateway.run<JsonValue>(
    {
      operation: 'login',
      channel: 'socket',
      accountUid: claimed?.uid ?? null,
      symbol: null,
      remote,
      count: 1,
    },
    {
      execute: () => {
        if (params['authType'] !== 'api') return { action: 'req', code: 2001, ch: 'auth', message: 'invalid.authType' };
        const account = socketLogin(site.venue, host, path, params, site.now());
        if (account === null) return { action: 'req', code: 2002, ch: 'auth', message: 'auth.fail' };
        loggedIn(account);
        return { action: 'req', code: 200, ch: 'auth', data: {} };
      },
      failure,
      deliver,
    },
  );
}
