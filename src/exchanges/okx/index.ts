// OKX as an Exchange: its name, what it can do, and the way to open an account (okx.md).
// Everything else is a file of its own in this folder.

import { OKX } from '../../domain/platform.ts';
import { checkKeyText } from '../../wire/key-text.ts';
import type {
  AccountConfig,
  Capabilities,
  ClientOrderIdRules,
  Endpoints,
  EndpointsOption,
  Exchange,
  ExchangeAccount,
  ExchangeEnvironment,
  ExchangeMarket,
  MarketConfig,
} from '../exchange.ts';
import { OkxAccount } from './account.ts';
import { resolveEndpoints, venueOf, type OkxEndpoints } from './endpoints.ts';
import { BATCH_SIZE } from './limits.ts';
import { OkxMarket } from './market.ts';
import { EXPIRES_AFTER_MS } from './trading.ts';

const CAPABILITIES: Capabilities = {
  // mass-cancel is for options only (trap 28).
  cancelAll: false,
  cancelBatchSize: BATCH_SIZE,
  cancelNamesSymbol: true,
  socketOrderEntry: true,
  // Only while the first order is pending (5.5).
  refusesDuplicateClientOrderId: true,
  postOnlyCrossing: 'canceled',
  feeWithFill: true,
  forgetsCanceledAfterMs: 2 * 3_600_000,
  placementValidMs: EXPIRES_AFTER_MS.most,
  deadMansSwitch: { minSeconds: 10, maxSeconds: 120, maxOrders: null },
  testnet: true,
  passphrase: true,
  ed25519Keys: false,
  // In cash mode; what a margin account cannot express is refused with the way out.
  marketBuyByBase: true,
};

const CLIENT_ORDER_IDS: ClientOrderIdRules = {
  maxLength: 32,
  pattern: /^[A-Za-z0-9]{1,32}$/,
  description: '1 to 32 letters and digits, case-sensitive, without hyphens or underscores',
};

class Okx implements Exchange {
  readonly platform = OKX;
  readonly capabilities = CAPABILITIES;
  readonly clientOrderIds = CLIENT_ORDER_IDS;

  endpoints(option: EndpointsOption | undefined): OkxEndpoints {
    return resolveEndpoints(option);
  }

  venue(endpoints: Endpoints): string {
    return venueOf(endpoints);
  }

  checkCredentials({
    accessKey,
    secretKey,
    passphrase,
  }: Pick<AccountConfig, 'accessKey' | 'secretKey' | 'passphrase'>): void {
    if (accessKey === '') throw new TypeError('accessKey: required for OKX');
    if (secretKey.isEmpty) throw new TypeError('secretKey: required for OKX');
    if (secretKey.reveal().includes('-----BEGIN'))
      throw new TypeError('secretKey: OKX has no Ed25519 keys; give the secret of an API key');
    if (passphrase === null || passphrase.isEmpty)
      throw new TypeError('passphrase: required for OKX, as set when the API key was made');
    checkKeyText('accessKey', accessKey);
    checkKeyText('secretKey', secretKey.reveal());
    checkKeyText('passphrase', passphrase.reveal());
  }

  open(config: AccountConfig, environment: ExchangeEnvironment): ExchangeAccount {
    this.checkCredentials(config);
    return new OkxAccount(config, environment);
  }

  openMarket(config: MarketConfig, environment: ExchangeEnvironment): ExchangeMarket {
    return new OkxMarket(config, environment);
  }
}

export const okx: Exchange = new Okx();
