// Chance as the whole program sees it: real randomness in production, a seeded generator in simulations.

export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  int(below: number): number;
  /** A string of `length` characters from [0-9a-z], for ids. */
  id(length: number): string;
}
