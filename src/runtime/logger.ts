// The program's log: pino underneath, JSON lines for machines or readable lines on a terminal, nothing secret in either.
// How lines leave the process is log-output.ts's part.

import { isatty } from 'node:tty';
import pino from 'pino';
import type { Log } from '../seam/log.ts';
import { fileSink, standardSink, type Sink } from './log-output.ts';
import { redact, redactText } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Fields may be objects (merged into the line), errors, or plain values (appended to the message). */
export interface Logger extends Log {
  debug(message: string, ...fields: unknown[]): void;
  info(message: string, ...fields: unknown[]): void;
  warn(message: string, ...fields: unknown[]): void;
  error(message: string, ...fields: unknown[]): void;
}

interface LoggerOptions {
  readonly level?: LogLevel;
  /** `auto`: readable when `fd` is a terminal, JSON otherwise. */
  readonly format?: 'auto' | 'pretty' | 'json';
  readonly file?: string | undefined;
  /** Where lines go: 1 standard output (default), 2 standard error. */
  readonly fd?: 1 | 2;
  /** In every line, e.g. which server or process it is. */
  readonly base?: Readonly<Record<string, string>>;
}

const THRESHOLD = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const;
type Level = Exclude<LogLevel, 'silent'>;

/** What every line has of its own: readers of JSON take the last of two keys, and would lose the line's or the caller's. */
const OF_THE_LINE = ['level', 'time', 'msg'];

function merge(merged: Record<string, unknown>, fields: object): void {
  Object.assign(merged, fields);
  for (const key of OF_THE_LINE) {
    if (!(key in merged)) continue;
    merged[`${key}_`] = merged[key];
    delete merged[key];
  }
}

function messageOf(error: Error): string {
  try {
    return String(error.message);
  } catch {
    return 'an error that has no text';
  }
}

/**
 * Splits what the caller passed into the message and the fields of the line. A message that is no text, in spite of its type, is taken for a
 * field: whatever a catch caught may be logged as it is, and logging never throws for it.
 */
function compose(message: unknown, fields: readonly unknown[]): [Record<string, unknown>, string] {
  if (message instanceof Error) return compose(messageOf(message), [message, ...fields]);
  if (message === undefined) return compose('undefined', fields);
  if (typeof message !== 'string') return compose('', [message, ...fields]);
  let text = message;
  const merged: Record<string, unknown> = {};
  for (const field of fields) {
    if (field === undefined) continue;
    const shown = redact(field);
    if (field instanceof Error) merged['err'] = shown;
    else if (typeof shown === 'object' && shown !== null && !Array.isArray(shown)) merge(merged, shown);
    else text += `${text === '' ? '' : ' '}${typeof shown === 'string' ? shown : JSON.stringify(shown)}`;
  }
  // `err` is what readers of logs show with its stack; an expected failure has none and stays on the line.
  const failure = merged['err'];
  if (typeof failure === 'object' && failure !== null && !('stack' in failure)) {
    delete merged['err'];
    merged['error'] = failure;
  }
  return [merged, redactText(text)];
}

function makeLogger(target: { pino: pino.Logger; threshold: number }): Logger {
  const write = (level: Level, message: string, fields: readonly unknown[]): void => {
    const [merged, text] = compose(message, fields);
    target.pino[level](merged, text);
  };
  return {
    debug(message, ...fields) {
      if (target.threshold <= THRESHOLD.debug) write('debug', message, fields);
    },
    info(message, ...fields) {
      if (target.threshold <= THRESHOLD.info) write('info', message, fields);
    },
    warn(message, ...fields) {
      if (target.threshold <= THRESHOLD.warn) write('warn', message, fields);
    },
    error(message, ...fields) {
      if (target.threshold <= THRESHOLD.error) write('error', message, fields);
    },
  };
}

function build(level: LogLevel, base: Readonly<Record<string, string>>, sink: Sink): pino.Logger {
  return pino(
    {
      level,
      base,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Everything has been through redact() already; pino's own error serialiser would bring raw causes back.
      serializers: { err: (value: unknown) => value },
    },
    sink,
  );
}

/** A logger that writes its JSON lines to `sink`, for tests and tools. */
export function loggerTo(sink: Sink, level: LogLevel = 'debug'): Logger {
  return makeLogger({ pino: build(level, {}, sink), threshold: THRESHOLD[level] });
}

/** What stands in the place of lines that nobody read. */
function notice(base: Readonly<Record<string, string>>, dropped: number): string {
  let line = '';
  const write = (made: string): void => {
    line = made;
  };
  build('warn', base, { write }).warn(`lines missing here, as nobody read them for too long: ${dropped}`);
  return line;
}

/** Until configured: warnings and errors only, as JSON on standard error, so that a script's own output stays its own. */
const current = {
  pino: build(
    'warn',
    {},
    standardSink(2, (dropped) => notice({}, dropped)),
  ),
  threshold: THRESHOLD.warn as number,
};

/** The log of this process. */
export const logger: Logger = makeLogger(current);

async function prettyLines(colorize: boolean): Promise<(line: string) => string> {
  // Loaded only where a person reads: it brings a dozen packages.
  const { prettyFactory } = await import('pino-pretty');
  return prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,server',
    levelFirst: false,
    singleLine: true,
    errorLikeObjectKeys: ['err'],
  });
}

/**
 * Points `logger` where `options` say, for everyone who has already imported it.
 * @throws ConfigError when the file cannot be written
 */
export async function configureLogger(options: LoggerOptions): Promise<void> {
  const { level = 'info', format = 'auto', file, fd = 1, base = {} } = options;
  const terminal = isatty(fd);
  const pretty = format === 'pretty' || (format === 'auto' && terminal);
  const colour = terminal && (process.env['NO_COLOR'] ?? '') === '';
  const shown = pretty ? await prettyLines(colour) : (line: string): string => line;
  const out = standardSink(fd, (dropped) => shown(notice(base, dropped)));
  const sinks: Sink[] = [{ write: (line) => out.write(shown(line)) }];
  if (file !== undefined) sinks.push(fileSink(file));
  const write = (line: string): void => {
    for (const sink of sinks) sink.write(line);
  };
  current.pino = build(level, base, { write });
  current.threshold = THRESHOLD[level];
}
