// A stand-in for a Trade as the process sees it, with a diary of what was asked of it.
import { OKX } from '../../src/domain/platform.ts';
import { Secret } from '../../src/domain/secret.ts';
import { DEFAULT_UNFINISHED_ORDERS, type RevokeReceipt } from '../../src/domain/unfinished-orders.ts';
import type { LiveTrade, TradingPlace } from '../../src/domain/live-trade.ts';

export const samplePlace: TradingPlace = {
  strategy: 's6',
  platform: OKX,
  account: 'a@x.test',
  symbol: 'EOS/USDT',
  accessKey: 'key',
  secretKey: new Secret('hush'),
  passphrase: new Secret('hush-2'),
  endpoints: { rest: 'http://127.0.0.1:1' },
  unfinishedOrders: DEFAULT_UNFINISHED_ORDERS,
};

/** What becomes of orders after an error that nobody caught, by policy. */
export const KEPT_OR_NOT = [
  [{ stop: 'keep', crash: 'revoke' }, 'revoked'],
  [{ stop: 'revoke', crash: 'keep' }, 'revoked'],
  [{ stop: 'revoke', crash: 'revoke' }, 'revoked'],
  [{ stop: 'keep', crash: 'keep' }, 'kept'],
] as const;

export function receiptOf(place: TradingPlace, part: Partial<RevokeReceipt>): RevokeReceipt {
  const { platform, account, symbol, unfinishedOrders } = place;
  const base = { trigger: 'stop', platform, account, symbol, whose: unfinishedOrders.whose } as const;
  return {
    ...base,
    found: [],
    revoked: [],
    filled: [],
    left: [],
    error: null,
    startedAt: 1,
    endedAt: 2,
    confirmedAt: 2,
    ...part,
  };
}

export function fakeParticipant(diary: string[], orders: readonly string[], part: Partial<LiveTrade> = {}): LiveTrade {
  const place = part.place ?? samplePlace;
  return {
    place,
    closeGate: () => void diary.push('gate'),
    settle: () => {
      diary.push('settle');
      return Promise.resolve();
    },
    unfinished: () => orders,
    revokeAtStop: () => {
      diary.push('revoke');
      return Promise.resolve(receiptOf(place, { found: orders, revoked: orders }));
    },
    close: () => {
      diary.push('close');
      return Promise.resolve();
    },
    ...part,
  };
}
