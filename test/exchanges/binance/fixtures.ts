// The payload examples of the reference, as whole envelopes with their section. Nothing here is edited by hand.

import { readFileSync } from 'node:fs';
import { isRow, parse, type Row } from '../../../src/exchanges/binance/frames.ts';

export interface Fixture {
  readonly section: string;
  readonly name: string;
  readonly payload: unknown;
}

export function load(file: 'socket-events' | 'socket-messages' | 'payloads'): Fixture[] {
  const text = readFileSync(new URL(`../../fixtures/binance/${file}.json`, import.meta.url), 'utf8');
  const value = parse(text);
  if (!Array.isArray(value)) throw new Error(`${file} is no list`);
  return value
    .filter(isRow)
    .map((row) => ({ section: String(row['section']), name: String(row['name']), payload: row['payload'] }));
}

export function row(value: unknown): Row {
  if (!isRow(value)) throw new Error('expected an object');
  return value;
}

export function payload(name: string, index = 0): unknown {
  const found = load('payloads').filter((fixture) => fixture.name === name)[index];
  if (found === undefined) throw new Error(`no payload named ${name}`);
  return found.payload;
}

/** The inner event of an account event by its name, e.g. 'executionReport TRADE/FILLED'. */
export function event(name: string): Row {
  const found = load('socket-events').find((fixture) => fixture.name === name);
  return row(row(found?.payload)['event']);
}
