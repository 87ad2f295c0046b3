// One account, connected for commands and for the supervisor: no private stream, no strategy.

import type { OrderReport } from '../../domain/order-report.ts';
import type { Platform } from '../../domain/platform.ts';
import type { Secret } from '../../domain/secret.ts';
import type { RevokeReceipt, RevokeTrigger } from '../../domain/unfinished-orders.ts';
import type {
  EndpointsOption,
  Exchange,
  ExchangeAccount,
  ExchangeEnvironment,
  Timings,
} from '../../exchanges/exchange.ts';
import { DEFAULT_TIMINGS } from '../../orders/trade-options.ts';
import { concerned, type Concern } from './concern.ts';
import { sweep } from './sweep.ts';

interface AccessOptions {
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

interface SweepOptions extends Concern {
  readonly symbol: string;
  readonly trigger: RevokeTrigger;
  readonly timeLimitMs: number;
  readonly stragglerMs: number;
  readonly mostQueries: number;
  readonly onListed?: ((reports: readonly OrderReport[]) => void) | undefined;
}

/** Revokes one symbol of an account, with the exchange's word for it. */
export function sweepAccount(
  { exchange, account, connector }: AccountAccess,
  options: SweepOptions,
  environment: AccessEnvironment,
): Promise<RevokeReceipt> {
  const { symbol, trigger, whose, madeBefore, timeLimitMs, stragglerMs, mostQueries, onListed } = options;
  return sweep({
    platform: exchange.platform,
    account,
    symbol,
    connector,
    cancelsAll: exchange.capabilities.cancelAll && whose === 'all' && madeBefore === null,
    whose,
    concerns: concerned(options, () => connector.clockOffset()),
    // By command a key may be used for the first time; what a strategy left was placed with it.
    keyIsProven: trigger !== 'command',
    trigger,
    clock: environment.clock,
    timeLimitMs,
    stragglerMs,
    mostQueries,
    onListed,
  });
}
