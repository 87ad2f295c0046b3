// Pushes and answers joined: whichever is newer stands, and what an answer leaves out is empty.
import { describe, expect, test } from 'vitest';
import { BalanceSheet } from '../../src/domain/balance-sheet.ts';
import type { Asset } from '../../src/domain/order.ts';

const of = (total: string): Asset => ({ free: total, locked: '0', total });
const at = (stamp: number | null) => (): number | null => stamp;

describe('a push', () => {
  test('that is older than what is known is passed over, one as old is not', () => {
    const sheet = new BalanceSheet();
    expect(sheet.push({ BTC: of('1'), USDT: of('9') }, at(20), 0)).toEqual({ BTC: of('1'), USDT: of('9') });
    expect(sheet.push({ BTC: of('2') }, at(19), 1)).toEqual({});
    expect(sheet.push({ BTC: of('3') }, at(20), 2)).toEqual({ BTC: of('3') });
  });

  test('without a stamp counts as it comes', () => {
    const sheet = new BalanceSheet();
    sheet.push({ BTC: of('1') }, at(20), 0);
    expect(sheet.push({ BTC: of('2') }, at(null), 1)).toEqual({ BTC: of('2') });
  });
});

describe('an answer', () => {
  test('is the whole: what it leaves out is empty', () => {
    const sheet = new BalanceSheet();
    sheet.push({ BTC: of('1'), USDT: of('9') }, at(20), 100);
    expect(sheet.answer({ USDT: of('10') }, at(30), 5_000)).toEqual({ BTC: of('0'), USDT: of('10') });
  });

  test('does not undo a push that is newer by its stamp, whenever the push came', () => {
    const sheet = new BalanceSheet();
    sheet.push({ BTC: of('2') }, at(30), 100);
    expect(sheet.answer({ BTC: of('1') }, at(20), 200)).toEqual({ BTC: of('2') });
    expect(sheet.answer({}, at(20), 300)).toEqual({ BTC: of('2') });
    expect(sheet.answer({ BTC: of('1') }, at(40), 400)).toEqual({ BTC: of('1') });
  });

  test('knows more than a late push with an older stamp', () => {
    const sheet = new BalanceSheet();
    sheet.push({ BTC: of('2') }, at(30), 300);
    expect(sheet.answer({ BTC: of('3') }, at(40), 200)).toEqual({ BTC: of('3') });
    expect(sheet.push({ BTC: of('2') }, at(35), 400)).toEqual({});
  });

  test('where stamps tell nothing: a push counts that came after the question, no other', () => {
    const sheet = new BalanceSheet();
    sheet.push({ BTC: of('2'), EOS: of('5') }, at(null), 100);
    sheet.push({ BTC: of('3') }, at(null), 300);
    expect(sheet.answer({ BTC: of('2') }, at(null), 200)).toEqual({ BTC: of('3'), EOS: of('0') });
    sheet.push({ EOS: of('1') }, at(50), 400);
    expect(sheet.answer({ BTC: of('3'), EOS: of('2') }, at(50), 500)).toMatchObject({ EOS: of('2') });
  });

  test('counts in the end, though its stamps stay behind those of pushes', () => {
    const sheet = new BalanceSheet();
    sheet.push({ BTC: of('2') }, at(1_000), 100);
    expect(sheet.answer({ BTC: of('1') }, at(5), 10_000)).toEqual({ BTC: of('2') });
    expect(sheet.answer({ BTC: of('1') }, at(5), 10_101)).toEqual({ BTC: of('1') });
    expect(sheet.push({ BTC: of('4') }, at(6), 10_200)).toEqual({ BTC: of('4') });
  });

  test('to an earlier question changes nothing', () => {
    const sheet = new BalanceSheet();
    sheet.answer({ BTC: of('2') }, at(null), 200);
    expect(sheet.answer({ BTC: of('1') }, at(null), 100)).toEqual({ BTC: of('2') });
  });

  test('leaves an asset open to the next push where it left it out', () => {
    const sheet = new BalanceSheet();
    sheet.push({ BTC: of('2') }, at(30), 100);
    sheet.answer({}, at(90), 200);
    expect(sheet.push({ BTC: of('1') }, at(40), 300)).toEqual({ BTC: of('1') });
  });
});
