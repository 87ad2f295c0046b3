// One account of the configuration, connected for commands and for the supervisor: no private stream, no strategy.

import type { TradingPlace } from '../../domain/live-trade.ts';
import type { OrderReport } from '../../domain/order-report.ts';
import type { Platform } from '../../domain/platform.ts';
import type { Secret } from '../../domain/secret.ts';
import type { RevokeReceipt, RevokeTrigger, Whose } from '../../domain/unfinished-orders.ts';
import type {
  EndpointsOption,
  Exchange,
  ExchangeAccount,
  ExchangeEnvironment,
  Timings,
} from '../../exchanges/exchange.ts';
import { isOwn } from '../../orders/client-order-id.ts';
import { DEFAULT_TIMINGS } from '../../orders/trade-options.ts';
import { sweep } from './sweep.ts';

export interface AccessOptions {
  readonly platform: Platform;
  readonly account: string;
  readonly accessKey: string;
  readonly secretKey: Secret;
  readonly passphrase?: Secret | null;
  readonly endpoints?: EndpointsOption | undefined;
  readonly timings?: Timings;
}

export interface AccessEnvironment extends ExchangeEnvironment {
  exchange(platform: Platform): Exchange;
}

export interface AccountAccess {
  readonly exchange: Exchange;
  readonly account: string;
  readonly connector: ExchangeAccount;
}

/**
 * Nothing is sent yet.
 * @throws TypeError, RangeError that name the option which is missing or wrong
 */
export function openAccount(options: AccessOptions, environment: AccessEnvironment): AccountAccess {
  const { platform, account, accessKey, secretKey, passphrase = null, endpoints, timings = DEFAULT_TIMINGS } = options;
  const exchange = environment.exchange(platform);
  exchange.checkCredentials({ accessKey, secretKey, passphrase });
  const connector = exchange.open(
    { account, accessKey, secretKey, passphrase, endpoints: exchange.endpoints(endpoints), timings },
    environment,
  );
  return { exchange, account, connector };
}

export interface SweepOptions {
  readonly symbol: string;
  readonly trigger: RevokeTrigger;
  readonly whose: Whose;
  /** Whose orders `own` means. */
  readonly strategy: string;
  readonly timeLimitMs: number;
  readonly stragglerMs: number;
  readonly onListed?: ((reports: readonly OrderReport[]) => void) | undefined;
}

/** Revokes one symbol of an account, with the exchange's word for it. */
export function sweepAccount(
  { exchange, account, connector }: AccountAccess,
  { symbol, trigger, whose, strategy, timeLimitMs, stragglerMs, onListed }: SweepOptions,
  environment: AccessEnvironment,
): Promise<RevokeReceipt> {
  return sweep({
    platform: exchange.platform,
    account,
    symbol,
    connector,
    cancelsAll: exchange.capabilities.cancelAll,
    whose,
    isOwn: (clientOrderId) => isOwn(strategy, clientOrderId),
    trigger,
    clock: environment.clock,
    timeLimitMs,
    stragglerMs,
    onListed,
  });
}

const CRASH_TIME_LIMIT_MS = 10_000;
const CRASH_STRAGGLER_MS = 300;

/**
 * What a supervisor does for one place of a strategy that is dead.
 * @param onListed told what the exchange lists, before it is canceled
 */
export async function sweepPlace(
  place: TradingPlace,
  trigger: RevokeTrigger,
  environment: AccessEnvironment,
  onListed?: (reports: readonly OrderReport[]) => void,
): Promise<RevokeReceipt> {
  const { symbol, strategy, unfinishedOrders } = place;
  const access = openAccount(place, environment);
  try {
    return await sweepAccount(
      access,
      {
        symbol,
        trigger,
        whose: unfinishedOrders.whose,
        strategy,
        timeLimitMs: CRASH_TIME_LIMIT_MS,
        stragglerMs: CRASH_STRAGGLER_MS,
        onListed,
      },
      environment,
    );
  } finally {
    await access.connector.close();
  }
}
