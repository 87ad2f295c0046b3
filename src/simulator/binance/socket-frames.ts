// Frames of the WebSocket API: reading a request without losing a digit of its numbers, and wording responses (binance.md A4).
// What is asked and answered is session-ws-api.ts's part.

import { invalidJson, type ApiError } from './errors.ts';

export interface RequestFrame {
  /** JSON text, to be echoed. */
  readonly id: string;
  readonly method: string;
  /** Parameters as text, numbers exactly as written: signatures cover that. */
  readonly values: Map<string, string>;
}

const VERSION = /^v[0-9]+\//;

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws -1135 on anything that is not a request. */
export function readRequest(text: string): RequestFrame {
  let frame = parse(text);
  if (frame === null) throw invalidJson();
  // Numbers that JavaScript would print differently from how they were sent are kept as their own text.
  if (!isExact(frame)) frame = parseExactly(text);
  const { id, method, params } = frame;
  if (typeof method !== 'string' || !(id === undefined || id === null || typeof id === 'string' || isNumber(id))) {
    throw invalidJson();
  }
  if (params !== undefined && !isObject(params)) throw invalidJson();
  const values = new Map<string, string>();
  if (params !== undefined) {
    for (const name in params) values.set(name, textOf(params[name]));
  }
  const idText = id === undefined ? 'null' : isNumber(id) ? String(id) : JSON.stringify(id);
  return { id: idText, method: method.replace(VERSION, ''), values };
}

function isNumber(value: unknown): value is number | NumberText {
  return typeof value === 'number' || value instanceof NumberText;
}

class NumberText {
  private readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
  toString(): string {
    return this.source;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return isNumber(value) ? value.toString() : JSON.stringify(value);
}

function parse(text: string): Members | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isExact({ id, params }: Members): boolean {
  if (typeof id === 'number' && !Number.isSafeInteger(id)) return false;
  if (!isObject(params)) return true;
  for (const name in params) {
    const value = params[name];
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return false;
  }
  return true;
}

function parseExactly(text: string): Members {
  const keep: (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown = (
    _key,
    value,
    context,
  ) => (typeof value === 'number' && context?.source !== undefined ? new NumberText(context.source) : value);
  const value: unknown = JSON.parse(text, keep);
  return isObject(value) ? value : {};
}

export function successFrame(id: string, result: string, rateLimits: string | null): string {
  return rateLimits === null
    ? `{"id":${id},"status":200,"result":${result}}`
    : `{"id":${id},"status":200,"result":${result},"rateLimits":[${rateLimits}]}`;
}

export function errorFrame(id: string, error: ApiError, serverTime: number, rateLimits: string | null): string {
  const { status, code, message, retryAfterMs } = error;
  // Unlike the REST header, retryAfter is a moment, not a delay (A3.1).
  const backOff =
    retryAfterMs === null ? null : `{"serverTime":${serverTime},"retryAfter":${serverTime + retryAfterMs}}`;
  const data = error.data ?? backOff;
  const tail = rateLimits === null ? '}' : `,"rateLimits":[${rateLimits}]}`;
  return `{"id":${id},"status":${status},"error":{"code":${code},"msg":${JSON.stringify(message)}${data === null ? '' : `,"data":${data}`}}${tail}`;
}
