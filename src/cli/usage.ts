// What every command shares at its edges: exit statuses, the error that means "used wrongly", and reading numbers from options.

import { InvalidArgumentError } from 'commander';
import { ConfigError } from '../runtime/config-problems.ts';

/** How a command tells its exit status: 0 done; 1 something is left undone; 2 wrong usage or configuration. */
export type Finish = (status: number) => void;

/** The command was used wrongly. The message says what to do instead; the exit status is 2. */
export class UsageError extends ConfigError {}

/** Reads an option that must be a number of at least `least`, and at most `most`. */
export function numberOption(
  least: number,
  kind: 'whole' | 'any' = 'any',
  most: number = Number.MAX_VALUE,
): (text: string) => number {
  const range = most === Number.MAX_VALUE ? `of at least ${least}` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    const fits = text.trim() !== '' && value >= least && value <= most && (kind === 'any' || Number.isInteger(value));
    if (!fits) throw new InvalidArgumentError(`Give a ${kind === 'whole' ? 'whole ' : ''}number ${range}.`);
    return value;
  };
}

/** Reads an option that must not be empty: mostly a variable of the shell that is not set. */
export function textOption(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty; leave it out, or give a value.');
  return text;
}

/** Reads an option that may be given several times, or as one list with commas; what comes twice counts once. */
export function listOption(text: string, earlier: readonly string[] | undefined): string[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) textOption('');
  return [...new Set([...(earlier ?? []), ...items])];
}
