// What a user wrote instead of an exchange's own URLs, read and checked. Which names there are, and what the others become, is the exchange's part.

interface EndpointNames<N extends string> {
  /** As people call it. */
  readonly exchange: string;
  /** `rest` is an HTTP address, all others are sockets'. */
  readonly names: readonly N[];
  /** What may stand instead of URLs: `'live', 'testnet'`. */
  readonly words: string;
}

/**
 * The URLs named, without slashes at their ends. It may be any subset.
 * @throws RangeError naming the endpoint that is unknown or no URL
 */
export function namedUrls<N extends string>(
  option: unknown,
  { exchange, names, words }: EndpointNames<N>,
): Partial<Record<N, string>> {
  // An empty list would be taken for no URL at all, which is the live exchange.
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    throw new RangeError(`endpoints: expected ${words} or an object with ${names.join(', ')}`);
  }
  const given: Partial<Record<N, string>> = {};
  for (const [key, url] of Object.entries(option)) {
    const name = names.find((known) => known === key);
    if (name === undefined) throw new RangeError(`endpoints.${key}: unknown; ${exchange} has ${names.join(', ')}`);
    given[name] = checked(name, url);
  }
  return given;
}

function checked(name: string, url: unknown): string {
  const scheme = name === 'rest' ? 'http' : 'ws';
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || (parsed.protocol !== `${scheme}:` && parsed.protocol !== `${scheme}s:`)) {
    throw new RangeError(`endpoints.${name}: expected a ${scheme}(s):// URL, got ${JSON.stringify(url)}`);
  }
  return String(url).replace(/\/+$/, '');
}
