// The closing line is a format that machines read: these are its two forms.
import { expect, test } from 'vitest';
import { closingLine } from './closing-line-reporter.ts';

test('passed and failed are always there', () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
});

test('skipped follows when there are any', () => {
  expect(closingLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});
