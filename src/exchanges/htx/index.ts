// HTX spot as an Exchange: its name, what it can do, and the way to open an account (htx.md, Part 1).
// Everything else is a file of its own in this folder.

import { HTX } from '../../domain/platform.ts';
import { checkKeyText } from '../../wire/key-text.ts';
import type {
  AccountConfig,
  Capabilities,
  Endpoints,
  EndpointsOption,
  Exchange,
  ExchangeAccount,
  ExchangeEnvironment,
  ExchangeMarket,
  MarketConfig,
} from '../exchange.ts';
import { HtxAccount } from './account.ts';
import { CLIENT_ORDER_IDS } from './encode.ts';
import { resolveEndpoints, venueOf, type HtxEndpoints } from './endpoints.ts';
import { CANCEL_BATCH } from './limits.ts';
import { HtxMarket } from './market.ts';

const CAPABILITIES: Capabilities = {
  // batchCancelOpenOrders takes account and symbol; what is beyond its 100 orders goes in batches (trading.ts).
  cancelAll: true,
  cancelBatchSize: CANCEL_BATCH,
  // By id alone, of any symbol and any account of the user (5.5-5.7).
  cancelNamesSymbol: false,
  socketOrderEntry: true,
  // Unchecked since 2021-05-26: a second order with the same id is a second order (5.3, trap 1).
  refusesDuplicateClientOrderId: false,
  postOnlyCrossing: 'either',
  feeWithFill: false,
  forgetsCanceledAfterMs: 2 * 3_600_000,
  // As long as its signature: 1 minute or 5 (2.4).
  placementValidMs: 5 * 60_000,
  // HTX states no upper bound; an hour is as far as anyone should rely on one. It counts for the whole user (5.10, trap 27).
  deadMansSwitch: { minSeconds: 5, maxSeconds: 3_600, maxOrders: 500 },
  testnet: false,
  passphrase: false,
  // REST takes them, the socket login's form is unconfirmed (2.3, 17).
  ed25519Keys: false,
  marketBuyByBase: false,
};

class Htx implements Exchange {
  readonly platform = HTX;
  readonly capabilities = CAPABILITIES;
  readonly clientOrderIds = CLIENT_ORDER_IDS;

  endpoints(option: EndpointsOption | undefined): HtxEndpoints {
    return resolveEndpoints(option);
  }

  venue(endpoints: Endpoints): string {
    return venueOf(endpoints);
  }

  checkCredentials({ accessKey, secretKey }: Pick<AccountConfig, 'accessKey' | 'secretKey' | 'passphrase'>): void {
    if (accessKey === '') throw new TypeError('accessKey: required for HTX');
    if (secretKey.isEmpty) throw new TypeError('secretKey: required for HTX');
    if (secretKey.reveal().includes('-----BEGIN')) {
      throw new TypeError(
        'secretKey: Ed25519 keys of HTX are not supported, because the form of its socket login is unknown; give the secret of an HMAC key',
      );
    }
    checkKeyText('accessKey', accessKey);
    checkKeyText('secretKey', secretKey.reveal());
  }

  open(config: AccountConfig, environment: ExchangeEnvironment): ExchangeAccount {
    this.checkCredentials(config);
    return new HtxAccount(config, environment);
  }

  openMarket(config: MarketConfig, environment: ExchangeEnvironment): ExchangeMarket {
    return new HtxMarket(config, environment);
  }
}

export const htx: Exchange = new Htx();
