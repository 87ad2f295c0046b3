// The parameters of one request, and how each kind of value is read and refused (binance.md A7.1, A10: -1100 to -1106).
// Values are text as sent, whichever way they came; which names an endpoint takes is said in endpoints/.

import { Decimal } from '../../domain/decimal.ts';
import { empty, illegal, missing, tooPrecise } from './errors.ts';
import { PRECISION } from './symbols.ts';

const DECIMAL_RANGE = '^([0-9]{1,20})(\\.[0-9]{1,20})?$';
const ID_RANGE = '^[0-9]{1,20}$';
const CLIENT_ID_RANGE = '^[a-zA-Z0-9-_]{1,36}$';

const DECIMAL = new RegExp(DECIMAL_RANGE);
const ID = new RegExp(ID_RANGE);
const CLIENT_ID = new RegExp(CLIENT_ID_RANGE);

export class Params {
  private readonly values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>) {
    this.values = values;
  }

  get names(): IterableIterator<string> {
    return this.values.keys();
  }

  get size(): number {
    return this.values.size;
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** As sent, unchecked; null when it was not sent. */
  raw(name: string): string | null {
    return this.values.get(name) ?? null;
  }

  /** Null when it was not sent; throws -1105 when it was sent empty. */
  optional(name: string): string | null {
    const value = this.values.get(name);
    if (value === undefined) return null;
    if (value === '') throw empty(name);
    return value;
  }

  required(name: string): string {
    const value = this.values.get(name);
    if (value === undefined || value === '') throw missing(name);
    return value;
  }

  private matching(name: string, pattern: RegExp, range: string): string | null {
    const value = this.optional(name);
    if (value !== null && !pattern.test(value)) throw illegal(name, range);
    return value;
  }

  id(name: string): bigint | null {
    const value = this.matching(name, ID, ID_RANGE);
    return value === null ? null : BigInt(value);
  }

  integer(name: string): number | null {
    const value = this.matching(name, ID, ID_RANGE);
    return value === null ? null : Number(value);
  }

  clientId(name: string): string | null {
    return this.matching(name, CLIENT_ID, CLIENT_ID_RANGE);
  }

  /** More decimals than the assets have is -1111. */
  decimal(name: string): Decimal | null {
    const value = this.matching(name, DECIMAL, DECIMAL_RANGE);
    if (value === null) return null;
    const number = Decimal.from(value);
    if (number.decimals() > PRECISION) throw tooPrecise(name);
    return number;
  }

  boolean(name: string): boolean | null {
    const value = this.optional(name)?.toLowerCase();
    if (value === undefined) return null;
    if (value !== 'true' && value !== 'false') throw illegal(name, '^(true|false)$');
    return value === 'true';
  }

  /** One of `allowed`; anything else throws what `otherwise` makes. */
  oneOf<T extends string>(name: string, allowed: readonly T[], otherwise: () => Error): T | null {
    const value = this.optional(name);
    if (value === null) return null;
    for (const candidate of allowed) if (candidate === value) return candidate;
    throw otherwise();
  }

  /** A JSON array of strings, or names separated by commas. */
  list(name: string): readonly string[] | null {
    const value = this.optional(name);
    if (value === null) return null;
    if (!value.startsWith('[')) return value.split(',');
    const parsed = parseJson(value);
    const isList = (list: unknown): list is string[] =>
      Array.isArray(list) && list.every((item) => typeof item === 'string');
    if (!isList(parsed)) throw illegal(name, '^\\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}\\]$');
    return parsed;
  }

  /** `limit`: clipped to `most`, as the exchange does. */
  limit(standard: number, most: number): number {
    return Math.min(Math.max(1, this.integer('limit') ?? standard), most);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Reads `a=1&b=2` into `into`, without overwriting what is there. Plus signs are spaces, as in forms. */
export function readForm(text: string, into: Map<string, string>): void {
  if (text === '') return;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    if (!into.has(name)) into.set(name, equals < 0 ? '' : decoded(pair.slice(equals + 1)));
  }
}

function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
