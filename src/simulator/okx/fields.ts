// Reading what a client sent: JSON objects and query strings as named texts. Numbers are taken as their text, as OKX does.
// What a field must be is decided where it is used.

import { Decimal } from '../../domain/decimal.ts';
import { badParameter } from './refusal.ts';

/** The named parameters of one request, or of one item of a batch. */
export interface Fields {
  /** The value as text; '' when it is missing or null. */
  text(name: string): string;
  /** True only for JSON true or the text `true`. */
  flag(name: string): boolean;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of an array; none for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items;
}

export function fieldsOf(value: unknown): Fields {
  const record = isRecord(value) ? value : {};
  return {
    text(name) {
      const field = record[name];
      if (typeof field === 'string') return field;
      return typeof field === 'number' || typeof field === 'boolean' ? String(field) : '';
    },
    flag: (name) => record[name] === true || record[name] === 'true',
  };
}

export function fieldsOfQuery(query: string): Fields {
  const values = new URLSearchParams(query);
  return {
    text: (name) => values.get(name) ?? '',
    flag: (name) => values.get(name) === 'true',
  };
}

/** A positive plain decimal, or 51000 naming the field. */
export function positive(fields: Fields, name: string): Decimal {
  const text = fields.text(name);
  const value = /^\d*\.?\d+$/.test(text) ? Decimal.tryFrom(text) : null;
  if (value === null || !value.isPositive()) throw badParameter(name);
  return value;
}

/** An order id as a number; null when absent, 51000 when it is none. */
export function orderIdOf(fields: Fields, name: string): bigint | null {
  const text = fields.text(name);
  if (text === '') return null;
  if (!/^\d{1,20}$/.test(text)) throw badParameter(name);
  return BigInt(text);
}

/** A whole number of at least 0; `otherwise` when absent, 51000 when it is none. */
export function whole<T>(fields: Fields, name: string, otherwise: T): number | T {
  const text = fields.text(name);
  if (text === '') return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw badParameter(name);
  return Number(text);
}

/** `limit` of a list: at most and by default `most` rows. */
export function limitOf(fields: Fields, most: number, usual: number = most): number {
  return Math.min(most, Math.max(1, whole(fields, 'limit', usual)));
}
