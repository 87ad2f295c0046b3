// Frames of clients on HTX's sockets, read without trust: anything may come.

import type { Params } from './commands.ts';

/** An object's members; {} for anything else. */
export function members(value: unknown): Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : {};
}

/** Null when the text is no JSON object. */
export function readFrame(text: string): Params | null {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? members(frame) : null;
}

/** A text as it is, a number as text, '' for anything else. */
export function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
