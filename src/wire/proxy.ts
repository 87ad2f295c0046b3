// The HTTP proxy that connections go through where a machine cannot reach the exchanges by itself. It is given the name and the port to connect to
// (CONNECT) and carries bytes: TLS is between us and the exchange, whose certificate is verified as ever.

import { Agent } from 'node:https';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import type { Secret } from '../domain/secret.ts';

const TLS = /^(?:https|wss):$/;
const HERE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export class Proxy {
  readonly #url: Secret;

  /** @param url `http://[user:password@]host:port`; a secret, because of the password */
  constructor(url: Secret) {
    this.#url = url;
  }

  /** Simulators, on this machine or without TLS, are reached directly. */
  isFor(url: string): boolean {
    const { protocol, hostname } = new URL(url);
    return TLS.test(protocol) && !HERE.test(hostname);
  }

  /** For HTTP requests, to whatever origin each names. */
  dispatcher(options: Omit<Pool.Options, 'connect'>, connectTimeoutMs: number): Dispatcher {
    return new ProxyAgent({
      ...options,
      uri: this.#url.reveal(),
      proxyTunnel: true,
      connectTimeout: connectTimeoutMs,
      // A proxy that takes the connection and says nothing must not hold up whatever comes behind.
      clientFactory: (url, settings) => new Pool(url, { ...settings, headersTimeout: connectTimeoutMs }),
      requestTls: { rejectUnauthorized: true },
      proxyTls: { rejectUnauthorized: true },
    });
  }

  /** For WebSocket connections. */
  agent(): Agent {
    return new Agent({ proxyEnv: { HTTPS_PROXY: this.#url.reveal() }, rejectUnauthorized: true });
  }
}
