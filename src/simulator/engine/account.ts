// One account's money: free and locked amounts per asset, and which of them changed since somebody last asked.
// What an order locks and what a trade settles is decided in settlement.ts; orders are indexed in order-index.ts.

import { Decimal } from '../../domain/decimal.ts';
import type { Balance, VenueAccount } from '../venue.ts';

/** What an account is opened with. */
export interface AccountSettings {
  readonly name: string;
  readonly uid: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly passphrase: string;
  readonly ed25519PublicKeyPem?: string | null;
  readonly makerFee?: Decimal;
  readonly takerFee?: Decimal;
  readonly feeAsset?: string | null;
  readonly balances?: Readonly<Record<string, string>>;
}

const DEFAULT_FEE = Decimal.from('0.001');

export class Account implements VenueAccount {
  readonly name: string;
  readonly uid: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly ed25519PublicKeyPem: string | null;
  readonly passphrase: string;
  readonly permissions = { trade: true, withdraw: false, valid: true };
  readonly makerFee: Decimal;
  readonly takerFee: Decimal;
  readonly feeAsset: string | null;
  private readonly byAsset = new Map<string, Balance>();
  private changedAssets = new Set<string>();

  constructor(settings: AccountSettings) {
    this.name = settings.name;
    this.uid = settings.uid;
    this.accessKey = settings.accessKey;
    this.secretKey = settings.secretKey;
    this.passphrase = settings.passphrase;
    this.ed25519PublicKeyPem = settings.ed25519PublicKeyPem ?? null;
    this.makerFee = settings.makerFee ?? DEFAULT_FEE;
    this.takerFee = settings.takerFee ?? DEFAULT_FEE;
    this.feeAsset = settings.feeAsset ?? null;
    for (const [asset, amount] of Object.entries(settings.balances ?? {})) this.credit(asset, Decimal.from(amount));
    this.changedAssets.clear();
  }

  get balances(): ReadonlyMap<string, Balance> {
    return this.byAsset;
  }

  free(asset: string): Decimal {
    return this.byAsset.get(asset)?.free ?? Decimal.ZERO;
  }

  private set(asset: string, free: Decimal, locked: Decimal): void {
    // A negative amount would be an error of the engine, never of a client: stop before anybody builds on it.
    if (free.sign() < 0 || locked.sign() < 0) {
      throw new Error(
        `account ${this.name} would hold ${free.toString()} free and ${locked.toString()} locked ${asset}`,
      );
    }
    const version = (this.byAsset.get(asset)?.version ?? 0) + 1;
    this.byAsset.set(asset, { asset, free, locked, version });
    this.changedAssets.add(asset);
  }

  private move(asset: string, free: Decimal, locked: Decimal): void {
    const balance = this.byAsset.get(asset);
    this.set(asset, (balance?.free ?? Decimal.ZERO).add(free), (balance?.locked ?? Decimal.ZERO).add(locked));
  }

  credit(asset: string, amount: Decimal): void {
    if (!amount.isZero()) this.move(asset, amount, Decimal.ZERO);
  }

  debit(asset: string, amount: Decimal): void {
    if (!amount.isZero()) this.move(asset, amount.neg(), Decimal.ZERO);
  }

  lock(asset: string, amount: Decimal): void {
    if (!amount.isZero()) this.move(asset, amount.neg(), amount);
  }

  unlock(asset: string, amount: Decimal): void {
    if (!amount.isZero()) this.move(asset, amount, amount.neg());
  }

  debitLocked(asset: string, amount: Decimal): void {
    if (!amount.isZero()) this.move(asset, Decimal.ZERO, amount.neg());
  }

  /** Balances that changed since the last call. */
  takeChanges(): Balance[] {
    if (this.changedAssets.size === 0) return [];
    const changes: Balance[] = [];
    for (const asset of this.changedAssets) {
      const balance = this.byAsset.get(asset);
      if (balance !== undefined) changes.push(balance);
    }
    this.changedAssets = new Set();
    return changes;
  }
}
