// The scanned push of the orders channel against the parsed one: the same reports, or declined - the reference's pushes, lives of orders, mutated frames.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { orderFrames } from '../../../bench/harness/order-frames.ts';
import { isRow, readFrame } from '../../../src/exchanges/okx/frames.ts';
import { reportsOf } from '../../../src/exchanges/okx/replies.ts';
import { scanOrders } from '../../../src/exchanges/okx/scan.ts';
import { agree, agreeOnMutations, type Readers } from '../../support/scan-agreement.ts';

const readers: Readers = {
  scan: (frame) => {
    const rows = scanOrders(frame);
    return rows === null ? null : reportsOf(rows, 'push');
  },
  parse: (frame) => {
    const read = readFrame(frame.toString());
    return read.type === 'push' && read.channel === 'orders' ? reportsOf(read.rows, 'push') : read;
  },
};

const file = z.object({ payloads: z.array(z.object({ id: z.string(), wire: z.record(z.string(), z.unknown()) })) });
const { payloads } = file.parse(
  JSON.parse(readFileSync(new URL('../../fixtures/okx/payloads.json', import.meta.url), 'utf8')),
);
/** Rows of the reference stand alone there: the envelope is that of 7.1. */
const pushOf = (...rows: readonly unknown[]): Buffer =>
  Buffer.from(`{"arg":{"channel":"orders","instType":"ANY","uid":"446"},"data":${JSON.stringify(rows)}}`);
const whole = payloads.map(({ wire }) => Buffer.from(JSON.stringify(wire)));
const rows = payloads.flatMap(({ wire }) => ('ordId' in wire || 'state' in wire ? [wire] : []));
const LIVES = { clientIdPrefix: 'aq', startTime: 1_795_300_000_000 };
const lives = orderFrames('okx', 2_000, LIVES).map((frame) => Buffer.from(frame));

test('every payload of the reference: read alike or declined; rows of orders are scanned', () => {
  for (const frame of whole) agree(readers, frame);
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.every((row) => agree(readers, pushOf(row)))).toBe(true);
  expect(agree(readers, pushOf(...rows))).toBe(true);
});

test('whole lives of orders', () => {
  expect(lives.every((frame) => agree(readers, frame))).toBe(true);
});

test('mutated frames: scanned alike, or declined', () => {
  const frames = [...rows.map((row) => pushOf(row)), pushOf(...rows), ...lives.slice(0, 200)];
  const { scanned, all } = agreeOnMutations(readers, frames, 30, 20_261_125);
  expect(scanned).toBeGreaterThan(all / 20);
});

describe('exactly', () => {
  const [frame = ''] = orderFrames('okx', 1, LIVES);
  const withField = (name: string, value: string): Buffer => {
    const written = frame.replace(new RegExp(`"${name}":"[^"]*"`), `"${name}":${value}`);
    expect(isRow(JSON.parse(written))).toBe(true);
    return Buffer.from(written);
  };

  test.each([
    ['sz', '"123456789012.123456789012"'],
    ['accFillSz', '"0.00000000000000000001"'],
    ['px', '"1e-8"'],
    ['px', '12.5'],
    ['fee', '"-0.000000010000"'],
    ['fee', '"0.1"'],
    ['ordId', '"680800019749904384680800019749904384"'],
    ['ordId', 'null'],
    ['uTime', '""'],
    ['uTime', '"0001700000000000"'],
    ['uTime', '1700000000000'],
    ['uTime', '"99999999999999999999"'],
    ['cTime', '"-5"'],
    ['state', '"never seen before"'],
    ['cancelSource', '"31"'],
    ['instType', '"SWAP"'],
  ])('%s: %s', (name, value) => {
    expect(agree(readers, withField(name, value))).toBe(true);
  });
});
