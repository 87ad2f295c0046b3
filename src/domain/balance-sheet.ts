// The balances of one account as last known, joined from pushes and answers: an answer never takes the place of a push that is newer.
// A stamp grows with every change of its balance (an exchange time, ms); null where the exchange states none.

import type { Asset, Assets } from './order.ts';

/** The stamp of an asset's balance in one message. */
export type StampOf = (asset: string) => number | null;

interface Held {
  readonly asset: Asset;
  readonly stamp: number | null;
  /** When it was pushed (monotonic clock); -Infinity: it is from an answer. */
  readonly pushedAt: number;
}

const NOTHING: Asset = { free: '0', locked: '0', total: '0' };
/** An answer may come from a copy that lags behind, but not by so much: from then on it counts, whatever the stamps say. */
const LONGEST_LAG_MS = 10_000;

export class BalanceSheet {
  readonly #held = new Map<string, Held>();
  #askedAt = -Infinity;

  /** Absolute balances of some assets, pushed. Returns those that are not older than what is known. */
  push(assets: Assets, stampOf: StampOf, receivedAt: number): Assets {
    const newer: Record<string, Asset> = {};
    for (const name in assets) {
      const asset = assets[name];
      if (asset === undefined) continue;
      const stamp = stampOf(name);
      const known = this.#held.get(name)?.stamp ?? null;
      if (stamp !== null && known !== null && stamp < known) continue;
      this.#held.set(name, { asset, stamp, pushedAt: receivedAt });
      newer[name] = asset;
    }
    return newer;
  }

  /**
   * Every balance that is not empty, as the exchange answered: what it leaves out is empty.
   * @param stampOf for the assets left out as well, where the answer as a whole is stamped
   * @param askedAt monotonic clock; an answer to an earlier question than one that is in already changes nothing
   * @returns every balance known now, the empty ones that were held before among them
   */
  answer(assets: Assets, stampOf: StampOf, askedAt: number): Assets {
    if (askedAt >= this.#askedAt) {
      this.#askedAt = askedAt;
      for (const name of new Set([...this.#held.keys(), ...Object.keys(assets)])) {
        const asset = assets[name];
        const stamp = stampOf(name);
        const held = this.#held.get(name);
        if (held !== undefined && isNewer(held, stamp, askedAt)) continue;
        // What is missing has no stamp of its own: the next push of it counts, whatever it is stamped.
        this.#held.set(name, {
          asset: asset ?? NOTHING,
          stamp: asset === undefined ? null : stamp,
          pushedAt: -Infinity,
        });
      }
    }
    const all: Record<string, Asset> = {};
    for (const [name, { asset }] of this.#held) all[name] = asset;
    return all;
  }
}

/** Whether what was pushed outdoes the answer to a question asked at `askedAt`. */
function isNewer(held: Held, stamp: number | null, askedAt: number): boolean {
  if (held.stamp !== null && stamp !== null && held.stamp !== stamp)
    return held.stamp > stamp && held.pushedAt >= askedAt - LONGEST_LAG_MS;
  // Nothing tells which is older: if it came before the question it is in the answer; if it came after, another push follows where the
  // answer knew more.
  return held.pushedAt >= askedAt;
}
