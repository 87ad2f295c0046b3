// A value that must never be seen: API secrets, private keys, passphrases. It cannot be printed, logged, serialised or inspected by accident.

const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const HIDDEN = '[secret]';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  static of(value: string | Secret): Secret {
    return value instanceof Secret ? value : new Secret(value);
  }

  /** The value itself, for signing only. Never keep or pass on what this returns. */
  reveal(): string {
    return this.#value;
  }

  get isEmpty(): boolean {
    return this.#value === '';
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return HIDDEN;
  }
  toJSON(): string {
    return HIDDEN;
  }
  [INSPECT](): string {
    return HIDDEN;
  }
}
