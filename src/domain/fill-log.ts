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

/** The id alone is left of a fill that everything is known of and everybody was told of: enough to know it again. */
type Kept = FillReport | string;

function isWhole(fill: Kept): fill is FillReport {
  return typeof fill !== 'string';
}

function idOf(fill: Kept | undefined): string | undefined {
  return typeof fill === 'object' ? fill.tradeId : fill;
}

/** Which fill names the asset of the sum of fees: the latest that names one. */
type Latest = Pick<FillReport, 'time' | 'tradeId' | 'feeAsset'>;

function later(a: Latest | null, b: Latest): Latest {
  return a === null || b.time > a.time || (b.time === a.time && b.tradeId > a.tradeId) ? b : a;
}

function idAndAsset({ time, tradeId, feeAsset }: Latest): Latest {
  return { time, tradeId, feeAsset };
}

/** @param latest of those of which only the id was kept */
function latestOf(fills: readonly Kept[], except: number, latest: Latest | null): Latest | null {
  for (const [place, fill] of fills.entries())
    if (place !== except && isWhole(fill) && fill.feeAsset !== null) latest = later(latest, fill);
  return latest;
}

function sumWith(fees: readonly FeeSum[], asset: string | null, fee: Decimal): readonly FeeSum[] {
  const [only] = fees;
  if (only === undefined) return [{ asset, sum: fee }];
  if (fees.length === 1 && only.asset === asset) return [{ asset, sum: only.sum.add(fee) }];
  if (!fees.some((known) => known.asset === asset)) return [...fees, { asset, sum: fee }];
  return fees.map((known) => (known.asset === asset ? { asset, sum: known.sum.add(fee) } : known));
}

function plus(fees: readonly FeeSum[], { fee, feeAsset }: FillReport): readonly FeeSum[] {
  return fee === null ? fees : sumWith(fees, feeAsset, fee);
}

function minus(fees: readonly FeeSum[], { fee, feeAsset }: FillReport): readonly FeeSum[] {
  return fee === null ? fees : sumWith(fees, feeAsset, fee.neg());
}

export class FillLog {
  static readonly EMPTY = new FillLog([], 0, null, 0, null, null, NO_FEES);
  readonly size: number;
  /** How many fills are known without their fee. */
  readonly withoutFee: number;
  /** Shared with other versions: only the first `size` are this one's, and those never change. */
  private readonly fills: Kept[];
  /** Where a trade id may be; shared, so what it says is checked. An id that is not in it is in no version. */
  private readonly places: Map<string, number> | null;
  /** As `latest`, among those of which only the id was kept. */
  private readonly latestKept: Latest | null;
  /** The latest fill that names the asset of its fee. */
  private readonly latest: Latest | null;
  private readonly fees: readonly FeeSum[];

  private constructor(
    fills: Kept[],
    size: number,
    places: Map<string, number> | null,
    withoutFee: number,
    latestKept: Latest | null,
    latest: Latest | null,
    fees: readonly FeeSum[],
  ) {
    this.fills = fills;
    this.size = size;
    this.places = places;
    this.withoutFee = withoutFee;
    this.latestKept = latestKept;
    this.latest = latest;
    this.fees = fees;
  }

  private placeOf(tradeId: string): number {
    if (this.places !== null) {
      const place = this.places.get(tradeId);
      if (place === undefined) return -1;
      if (place < this.size && idOf(this.fills[place]) === tradeId) return place;
    }
    for (let place = 0; place < this.size; place++) if (idOf(this.fills[place]) === tradeId) return place;
    return -1;
  }

  /** The fill; 'complete' when it is known but nothing more can be learnt of it. */
  get(tradeId: string): FillReport | 'complete' | undefined {
    const place = this.placeOf(tradeId);
    const fill = place < 0 ? undefined : this.fills[place];
    return fill === undefined || isWhole(fill) ? fill : 'complete';
  }

  /** In the order in which they became known; without those of which only the id was kept. */
  values(): readonly FillReport[] {
    return this.fills.slice(0, this.size).filter(isWhole);
  }

  keys(): string[] {
    return this.fills.slice(0, this.size).map((fill) => (isWhole(fill) ? fill.tradeId : fill));
  }

  /** In less memory: of fills that are known with their fees only the ids stay. Sums are not touched. */
  compact(): FillLog {
    const fills = this.fills.slice(0, this.size);
    let kept = this.latestKept;
    for (let place = 0; place < fills.length; place++) {
      const fill = fills[place];
      if (fill === undefined || !isWhole(fill) || fill.fee === null) continue;
      if (fill.feeAsset !== null) kept = later(kept, fill);
      fills[place] = fill.tradeId;
    }
    const latestKept = kept === null || !('price' in kept) ? kept : idAndAsset(kept);
    // The same one, as a rule: then it is there once.
    const latest = this.latest === kept ? latestKept : this.latest;
    return new FillLog(fills, this.size, this.places, this.withoutFee, latestKept, latest, this.fees);
  }

  /** With a fill whose trade id is not in it yet. */
  add(fill: FillReport): FillLog {
    const { size } = this;
    // A few are copied: a list that grows takes room for many more. A later version's storage may have gone on without this one.
    const isShared = size >= MOST_WALKED && this.fills.length === size;
    let { fills } = this;
    if (isShared) fills.push(fill);
    else if (size === 0) fills = [fill];
    else fills = [...fills.slice(0, size), fill];
    let { places } = this;
    if (places !== null) places.set(fill.tradeId, size);
    else if (size >= MOST_WALKED)
      places = new Map(fills.map((each, place) => [isWhole(each) ? each.tradeId : each, place]));
    return new FillLog(
      fills,
      size + 1,
      places,
      this.withoutFee + (fill.fee === null ? 1 : 0),
      this.latestKept,
      fill.feeAsset === null ? this.latest : later(this.latest, fill),
      plus(this.fees, fill),
    );
  }

  /** With more known of a fill that is in it. */
  replace(fill: FillReport): FillLog {
    const place = this.placeOf(fill.tradeId);
    const known = this.fills[place];
    if (place < 0 || known === undefined) return this.add(fill);
    if (!isWhole(known)) return this;
    const fills = this.fills.slice(0, this.size);
    fills[place] = fill;
    const others = this.latest?.tradeId === fill.tradeId ? latestOf(fills, place, this.latestKept) : this.latest;
    return new FillLog(
      fills,
      this.size,
      this.places,
      this.withoutFee - (known.fee === null ? 1 : 0) + (fill.fee === null ? 1 : 0),
      this.latestKept,
      fill.feeAsset === null ? others : later(others, fill),
      plus(minus(this.fees, known), fill),
    );
  }

  /** What was paid in the asset of the latest fill that names one; null when none does. */
  paid(): { readonly fee: Decimal; readonly asset: string } | null {
    const asset = this.latest?.feeAsset ?? null;
    if (asset === null) return null;
    return { fee: this.fees.find((known) => known.asset === asset)?.sum ?? Decimal.ZERO, asset };
  }
}
