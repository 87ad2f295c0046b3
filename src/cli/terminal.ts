// What a terminal can do, and nothing assumed when there is none: colours, a progress line on standard error, tables.

import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import colors from 'picocolors';

export { counted } from '../domain/counted.ts';
export { print, printJson } from './printed.ts';

interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** Colours for standard output; plain text when nobody looks at it (or NO_COLOR is set). */
export const paint: Palette = colors.createColors(colors.isColorSupported && process.stdout.isTTY);

/** One line on standard error that rewrites itself; silent unless that is a terminal. */
export class Progress {
  private readonly active = process.stderr.isTTY;

  show(text: string): void {
    if (this.active) process.stderr.write(`\r\u001B[2K${text}`);
  }

  clear(): void {
    if (this.active) process.stderr.write('\r\u001B[2K');
  }
}

/** The first of several tables that a terminal of so many columns shows without breaking its lines; the last where none is narrow enough. */
export function fitting(tables: readonly string[], columns: number | undefined): string {
  const width = (text: string): number =>
    Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
  return tables.find((text) => columns === undefined || width(text) <= columns) ?? tables.at(-1) ?? '';
}

export type Align = 'left' | 'right';

const NO_FRAME = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** A table without lines: columns speak for themselves, and copies paste well. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[] = [],
): string {
  const made = new Table({
    head: head.map((title) => paint.dim(title)),
    colAligns: head.map((_, index) => align[index] ?? 'left'),
    chars: NO_FRAME,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) made.push([...row]);
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
