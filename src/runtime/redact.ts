// Makes any value fit for the log: secrets, keys and signatures are taken out, errors keep what helps, depth and length are bounded.
// The last line of defence behind the Secret type: it also covers raw replies and requests that hang off an error.

import { TradeError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';

const HIDDEN = '[secret]';
/** Names of keys, headers and parameters whose value is never shown. */
const SENSITIVE =
  /^(?:x-mbx-apikey|ok-access-(?:key|sign|passphrase)|authorization|cookie|set-cookie|api_?-?key|access_?-?key(?:id)?|secret(?:_?-?key)?|private_?-?key|pass(?:phrase|word)?|sign(?:ature)?|listen_?-?key|token)$/i;
/** The same inside a URL or a form: `signature=…`. */
const PARAMETER = /\b(signature|sign|apikey|accesskey(?:id)?|secret(?:key)?|passphrase|listenkey|token)=[^&\s"']+/gi;
/** …and inside text that is JSON, which may have been cut within the value. */
const MEMBER =
  /"(signature|sign|apikey|accesskey(?:id)?|secret(?:key)?|passphrase|listenkey|token)"\s*:\s*"[^"]*(?:"|$)/gi;
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_TEXT = 4_096;

/** Text without keys, signatures and private keys, cut to a sensible length. */
export function redactText(text: string): string {
  if (text.length > MAX_TEXT) return `${withoutSecrets(text.slice(0, MAX_TEXT))}… (${text.length} characters)`;
  return withoutSecrets(text);
}

function withoutSecrets(text: string): string {
  // Most lines hold none of these characters: a scan for them is much cheaper than three expressions.
  if (!/["=-]/.test(text)) return text;
  return text.replaceAll(PEM, HIDDEN).replaceAll(PARAMETER, `$1=${HIDDEN}`).replaceAll(MEMBER, `"$1":"${HIDDEN}"`);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = { type: error.name, message: redact(error.message, depth + 1) };
  for (const [key, value] of Object.entries(error)) {
    if (key === 'name' || value === undefined) continue;
    shown[key] = SENSITIVE.test(key) ? HIDDEN : redact(value, depth + 1);
  }
  // Where in our code an expected failure was worded helps nobody; what it is, does.
  if (error.stack !== undefined && !(error instanceof TradeError)) shown['stack'] = redact(error.stack, depth + 1);
  if (error.cause !== undefined) shown['cause'] = redact(error.cause, depth + 1);
  return shown;
}

/** A copy of `value` that may be logged: plain data only, without anything secret. Never throws, whatever a getter or a toJSON does. */
export function redact(value: unknown, depth = 0): unknown {
  try {
    return plain(value, depth);
  } catch {
    return '[cannot be shown]';
  }
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  // JSON has no word for these, and would say null or nothing.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return `[function ${value.name}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Secret) return HIDDEN;
  if (depth >= MAX_DEPTH) return '[…]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (value instanceof Map) return redact(Object.fromEntries(value), depth);
  if (Array.isArray(value) || value instanceof Set) {
    const items: unknown[] = [...value];
    const shown = items.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
    return items.length > MAX_ITEMS ? [...shown, `… ${items.length - MAX_ITEMS} more`] : shown;
  }
  // Values with a form of their own (a Decimal, say) speak for themselves.
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const json: unknown = Reflect.apply(value.toJSON, value, []);
    return typeof json === 'object' && json !== null && 'toJSON' in json ? '[…]' : redact(json, depth + 1);
  }
  const shown: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    shown[key] = SENSITIVE.test(key) ? HIDDEN : redact(item, depth + 1);
  }
  return shown;
}
