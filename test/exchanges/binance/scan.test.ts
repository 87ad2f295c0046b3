// The scanned executionReport against the parsed one: the same report, or declined - the reference's events, lives of orders, mutated frames.
import { describe, expect, test } from 'vitest';
import { orderFrames } from '../../../bench/harness/order-frames.ts';
import { executionReport } from '../../../src/exchanges/binance/decode.ts';
import { readSocketFrame, text, type Row } from '../../../src/exchanges/binance/frames.ts';
import { scanExecutionReport } from '../../../src/exchanges/binance/scan.ts';
import { agree, agreeOnMutations, type Readers } from '../../support/scan-agreement.ts';
import { load } from './fixtures.ts';

const told = (event: Row): unknown => ({
  symbol: text(event, 's'),
  report: executionReport(event, 'BTC/USDT'),
  refused: [text(event, 'c'), text(event, 'r')],
});

const readers: Readers = {
  scan: (frame) => {
    const event = scanExecutionReport(frame);
    return event === null ? null : told(event);
  },
  parse: (frame) => {
    const read = readSocketFrame(frame.toString());
    return read.type === 'event' && text(read.event, 'e') === 'executionReport' ? told(read.event) : read;
  },
};

const events = load('socket-events');
const reference = events.map(({ payload }) => Buffer.from(JSON.stringify(payload)));
const reports = events.flatMap(({ name }, index) => (name.startsWith('executionReport') ? [reference[index]!] : []));
const LIVES = { clientIdPrefix: 'aq-', startTime: 1_795_300_000_000 };
const lives = orderFrames('binance', 2_000, LIVES).map((frame) => Buffer.from(frame));

test('the reference: every execution report is scanned and read alike, everything else is declined', () => {
  expect(reports.length).toBeGreaterThan(4);
  expect(reference.filter((frame) => agree(readers, frame))).toEqual(reports);
});

test('whole lives of orders', () => {
  expect(lives.every((frame) => agree(readers, frame))).toBe(true);
});

test('mutated frames: scanned alike, or declined', () => {
  const { scanned, all } = agreeOnMutations(readers, [...reference, ...lives.slice(0, 300)], 30, 20_261_125);
  // Many mutations leave a frame readable; were none, nothing would be compared.
  expect(scanned).toBeGreaterThan(all / 20);
});

describe('exactly', () => {
  const [frame = ''] = orderFrames('binance', 1, LIVES);
  const withField = (name: string, value: string): Buffer =>
    Buffer.from(frame.replace(new RegExp(`"${name}":("[^"]*"|[^,}]*)`), `"${name}":${value}`));

  test.each([
    ['i', '9223372036854775807', 'beyond 2^53'],
    ['i', '-1', 'none'],
    ['t', '12345678901234567890', 'beyond 2^63'],
    ['q', '"123456789012.123456789012"', 'more digits than a double holds'],
    ['z', '"0.00000000000000000001"', 'tiny'],
    ['p', '"1e-8"', 'an exponent'],
    ['Q', '"17.00000000"', 'by quote amount'],
    ['q', '""', 'empty'],
    ['q', '"abc"', 'no number'],
    ['q', '12.5', 'a number where a text belongs'],
    ['c', '12345', 'a number as client id'],
    ['X', 'null', 'no status'],
    ['N', '"BNB"', 'another fee asset'],
    ['T', '1.5', 'half a millisecond'],
    ['T', '1e3', 'a time with exponent'],
    ['zz', '[{"a":[1,-2.5e3,null,true]},{}]', 'nested values that nobody asked for'],
  ])('%s: %s (%s)', (name, value) => {
    const written = name === 'zz' ? Buffer.from(`${frame.slice(0, -2)},"zz":${value}}}`) : withField(name, value);
    expect(JSON.parse(written.toString())).toBeTypeOf('object');
    expect(agree(readers, written)).toBe(true);
  });

  test.each([
    ['an escape', frame.replace('"NONE"', '"\\u004eONE"')],
    ['letters beyond ASCII', frame.replace('aq-', 'aqé-')],
    ['white space', frame.replace(',"E"', ', "E"')],
    ['a number that JSON does not know', frame.replace('"g":-1', '"g":-01')],
    ['a literal cut short', frame.replace('"N":null', '"N":nul')],
    ['something behind the end', `${frame} `],
    ['cut off', frame.slice(0, -1)],
    ['nested deeper than looked through', frame.replace('"g":-1', `"g":${'['.repeat(20)}${']'.repeat(20)}`)],
    ['a wanted field that is a list', frame.replace('"r":"NONE"', '"r":[]')],
  ])('declined: %s', (_what, text) => {
    expect(text).not.toBe(frame);
    expect(agree(readers, Buffer.from(text))).toBe(false);
  });
});
