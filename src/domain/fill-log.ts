// The fills of one order as a value: adding one gives another log, and the one before stays as it was. Versions share their storage, so an
// order of a thousand fills is not copied a thousand times; sums are carried along. What a fill does to an order is merge.ts's part.

import { Decimal } from './decimal.ts';
import type { FillReport } from './order-report.ts';

/** Up to here a walk is quicker than a map. */
const MOST_WALKED = 8;

interface FeeSum {
  readonly asset: string | null;
  readonly sum: Decimal;
}

const NO_FEES: readonly FeeSum[] = [];

function later(a: FillReport | null, b: FillReport): FillReport {
  return a === null || b.time > a.time || (b.time === a.time && b.tradeId > a.tradeId) ? b : a;
}

function plus(fees: readonly FeeSum[], { fee, feeAsset }: FillReport): readonly FeeSum[] {
  if (fee === null) return fees;
  const [only] = fees;
  if (only === undefined) return [{ asset: feeAsset, sum: fee }];
  if (fees.length === 1 && only.asset === feeAsset) return [{ asset: feeAsset, sum: only.sum.add(fee) }];
  if (!fees.some(({ asset }) => asset === feeAsset)) return [...fees, { asset: feeAsset, sum: fee }];
  return fees.map((known) => (known.asset === feeAsset ? { asset: feeAsset, sum: known.sum.add(fee) } : known));
}

export class FillLog {
  static readonly EMPTY = new FillLog([], 0, null, 0, null, NO_FEES);
  readonly size: number;
  /** How many fills are known without their fee. */
  readonly withoutFee: number;
  /** Shared with other versions: only the first `size` are this one's, and those never change. */
  private readonly fills: FillReport[];
  /** Where a trade id may be; shared, so what it says is checked. An id that is not in it is in no version. */
  private readonly places: Map<string, number> | null;
  /** The latest fill that names the asset of its fee. */
  private readonly latest: FillReport | null;
  private readonly fees: readonly FeeSum[];

  private constructor(
    fills: FillReport[],
    size: number,
    places: Map<string, number> | null,
    withoutFee: number,
    latest: FillReport | null,
    fees: readonly FeeSum[],
  ) {
    this.fills = fills;
    this.size = size;
    this.places = places;
    this.withoutFee = withoutFee;
    this.latest = latest;
    this.fees = fees;
  }

  private placeOf(tradeId: string): number {
    if (this.places !== null) {
      const place = this.places.get(tradeId);
      if (place === undefined) return -1;
      if (place < this.size && this.fills[place]?.tradeId === tradeId) return place;
    }
    for (let place = 0; place < this.size; place++) if (this.fills[place]?.tradeId === tradeId) return place;
    return -1;
  }

  get(tradeId: string): FillReport | undefined {
    const place = this.placeOf(tradeId);
    return place < 0 ? undefined : this.fills[place];
  }

  /** In the order in which they became known. */
  values(): readonly FillReport[] {
    return this.fills.slice(0, this.size);
  }

  keys(): string[] {
    return this.values().map(({ tradeId }) => tradeId);
  }

  /** With a fill whose trade id is not in it yet. */
  add(fill: FillReport): FillLog {
    const { size } = this;
    // The first version's storage is everybody's; a later one's may have gone on without this version.
    const fills = size > 0 && this.fills.length === size ? this.fills : this.fills.slice(0, size);
    fills.push(fill);
    let { places } = this;
    if (places !== null) places.set(fill.tradeId, size);
    else if (size >= MOST_WALKED) places = new Map(fills.map(({ tradeId }, place) => [tradeId, place]));
    return new FillLog(
      fills,
      size + 1,
      places,
      this.withoutFee + (fill.fee === null ? 1 : 0),
      fill.feeAsset === null ? this.latest : later(this.latest, fill),
      plus(this.fees, fill),
    );
  }

  /** With more known of a fill that is in it. */
  replace(fill: FillReport): FillLog {
    const place = this.placeOf(fill.tradeId);
    const known = this.fills[place];
    if (place < 0 || known === undefined) return this.add(fill);
    const fills = this.fills.slice(0, this.size);
    fills[place] = fill;
    if (known.fee === null && known.feeAsset === null) {
      const latest = fill.feeAsset === null ? this.latest : later(this.latest, fill);
      const withoutFee = this.withoutFee - (fill.fee === null ? 0 : 1);
      return new FillLog(fills, this.size, this.places, withoutFee, latest, plus(this.fees, fill));
    }
    let latest: FillReport | null = null;
    let fees = NO_FEES;
    for (const each of fills) {
      if (each.feeAsset !== null) latest = later(latest, each);
      fees = plus(fees, each);
    }
    const withoutFee = fills.reduce((count, { fee }) => count + (fee === null ? 1 : 0), 0);
    return new FillLog(fills, this.size, this.places, withoutFee, latest, fees);
  }

  /** What was paid in the asset of the latest fill that names one; null when none does. */
  paid(): { readonly fee: Decimal; readonly asset: string } | null {
    const asset = this.latest?.feeAsset ?? null;
    if (asset === null) return null;
    return { fee: this.fees.find((known) => known.asset === asset)?.sum ?? Decimal.ZERO, asset };
  }
}
