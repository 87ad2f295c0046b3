// Signatures of HTX: version 2 for REST requests, 2.1 for the login of the private and the order socket (htx.md 2).
// Knows the exact bytes that are signed; whose clock the timestamp comes from is the caller's part.

import type { Secret } from '../../domain/secret.ts';
import { hmacSha256, type Hmac } from '../../wire/hmac.ts';

export type QueryParams = Readonly<Record<string, string>>;

/** The four parameters of a socket login, plus its signature; nothing URL-encoded (htx.md 2.7). */
interface LoginParams {
  readonly authType: 'api';
  readonly accessKey: string;
  readonly signatureMethod: 'HmacSHA256';
  readonly signatureVersion: '2.1';
  readonly timestamp: string;
  readonly signature: string;
}

/** RFC 3986: what encodeURIComponent leaves raw beyond it is encoded too, so that both ends agree on any value. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Sorted by name in ASCII order (upper case first; a locale's order is wrong), joined, values encoded (htx.md 2.1, trap 14). */
export function canonicalQuery(params: QueryParams): string {
  const names = Object.keys(params).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return names.map((name) => `${name}=${percentEncode(params[name] ?? '')}`).join('&');
}

/** The text to sign: method, host, path and query, each on a line of its own, without a last line feed. */
export function signedText(method: string, host: string, path: string, query: string): string {
  return `${method}\n${host}\n${path}\n${query}`;
}

/** `YYYY-MM-DDThh:mm:ss` in UTC, for an exchange time in ms: no milliseconds and no Z (trap 15). */
export function timestampText(exchangeTime: number): string {
  return new Date(exchangeTime).toISOString().slice(0, 19);
}

export class HtxSigner {
  readonly #accessKey: string;
  readonly #hmac: Hmac;
  readonly #encodedKey: string;

  constructor(accessKey: string, secret: Secret) {
    this.#accessKey = accessKey;
    this.#encodedKey = percentEncode(accessKey);
    this.#hmac = hmacSha256(secret.reveal());
  }

  #sign(text: string): string {
    return this.#hmac(text, 'base64');
  }

  /**
   * The whole query of a REST request, signature included.
   * @param host as in the Host header, lower case
   * @param params business parameters of a GET; a POST has none, its body is not signed
   */
  restQuery(method: 'GET' | 'POST', host: string, path: string, timestamp: string, params?: QueryParams): string {
    const auth = `AccessKeyId=${this.#encodedKey}&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=${timestamp.replaceAll(':', '%3A')}`;
    // Every parameter of HTX's own begins in lower case, so the four come first; the general way is taken otherwise.
    const query =
      params === undefined
        ? auth
        : canonicalQuery({
            AccessKeyId: this.#accessKey,
            SignatureMethod: 'HmacSHA256',
            SignatureVersion: '2',
            Timestamp: timestamp,
            ...params,
          });
    return `${query}&Signature=${percentEncode(this.#sign(signedText(method, host, path, query)))}`;
  }

  /** Parameters of the login frame on a socket at `host` and `path`. */
  login(host: string, path: string, timestamp: string): LoginParams {
    const signed = {
      accessKey: this.#accessKey,
      signatureMethod: 'HmacSHA256',
      signatureVersion: '2.1',
      timestamp,
    } as const;
    const signature = this.#sign(signedText('GET', host, path, canonicalQuery(signed)));
    return { authType: 'api', ...signed, signature };
  }
}
