// What a room may say to the log. The library behind it is chosen in runtime/logger.ts.
// Rule: log the life of an order and of a connection, never a tick; no secret ever reaches a field.

type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A log that keeps silent, for tests and tools that report otherwise. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
