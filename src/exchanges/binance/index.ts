// Binance spot as an Exchange: its name, what it can do, and the way to open an account (binance.md).
// Everything else is a file of its own in this folder.

import { BINANCE } from '../../domain/platform.ts';
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
import { BinanceAccount } from './account.ts';
import { resolveEndpoints, venueOf, type BinanceEndpoints } from './endpoints.ts';
import { BinanceMarket } from './market.ts';
import { createSigner, PEM } from './sign.ts';

const CAPABILITIES: Capabilities = {
  cancelAll: true,
  cancelBatchSize: 1,
  cancelNamesSymbol: true,
  socketOrderEntry: true,
  // Of open orders only: an order that filled meanwhile frees its id (A7.1, F10).
  refusesDuplicateClientOrderId: true,
  postOnlyCrossing: 'refused',
  feeWithFill: true,
  // Archived after 90 days (A8.1).
  forgetsCanceledAfterMs: null,
  // recvWindow and what the engine may take, rounded up (D2.5).
  placementValidMs: 20_000,
  deadMansSwitch: null,
  testnet: true,
  passphrase: false,
  ed25519Keys: true,
  marketBuyByBase: true,
};

const CLIENT_ORDER_IDS: ClientOrderIdRules = {
  maxLength: 36,
  pattern: /^[a-zA-Z0-9_-]{1,36}$/,
  description: '1 to 36 letters, digits, hyphens and underscores',
};

class Binance implements Exchange {
  readonly platform = BINANCE;
  readonly capabilities = CAPABILITIES;
  readonly clientOrderIds = CLIENT_ORDER_IDS;

  endpoints(option: EndpointsOption | undefined): BinanceEndpoints {
    return resolveEndpoints(option);
  }

  venue(endpoints: Endpoints): string {
    return venueOf(endpoints);
  }

  checkCredentials({ accessKey, secretKey }: Pick<AccountConfig, 'accessKey' | 'secretKey' | 'passphrase'>): void {
    if (accessKey === '') throw new TypeError('accessKey: required for Binance');
    if (secretKey.isEmpty)
      throw new TypeError('secretKey: required for Binance (an HMAC secret, or an Ed25519 private key in PEM)');
    checkKeyText('accessKey', accessKey);
    const secret = secretKey.reveal();
    if (!secret.includes(PEM)) checkKeyText('secretKey', secret);
    createSigner(secretKey);
  }

  open(config: AccountConfig, environment: ExchangeEnvironment): ExchangeAccount {
    this.checkCredentials(config);
    return new BinanceAccount(config, environment);
  }

  openMarket(config: MarketConfig, environment: ExchangeEnvironment): ExchangeMarket {
    return new BinanceMarket(config, environment);
  }
}

export const binance: Exchange = new Binance();
