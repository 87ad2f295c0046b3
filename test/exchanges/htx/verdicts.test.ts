import { describe, expect, test } from 'vitest';
import type { CancelOutcome } from '../../../src/exchanges/exchange.ts';
import { envelopeOf, text, type Row } from '../../../src/exchanges/htx/frames.ts';
import { errorFor, httpError, outcomeOf } from '../../../src/exchanges/htx/outcomes.ts';
import type { Answer } from '../../../src/exchanges/htx/requests.ts';
import { canceledOpen } from '../../../src/exchanges/htx/rest.ts';
import {
  batchOutcomes,
  cancelByClientIdOutcome,
  cancelOutcome,
  createOutcome,
} from '../../../src/exchanges/htx/verdicts.ts';
import { command, named, rowAt } from './support.ts';

/** As requests.ts and the order socket read an answer of the exchange. */
function answerOf(value: Row): Answer {
  const envelope = envelopeOf(value);
  if (envelope === null) throw new Error('no envelope');
  return envelope.ok
    ? envelope
    : { ok: false, error: errorFor(envelope.code, envelope.message), orderState: envelope.orderState };
}

function judged(outcome: CancelOutcome): unknown {
  return 'error' in outcome ? { outcome: outcome.outcome, kind: outcome.error.kind } : { outcome: outcome.outcome };
}

function expected(example: Row): unknown {
  return 'kind' in example ? { outcome: example['outcome'], kind: example['kind'] } : { outcome: example['outcome'] };
}

describe('answers of the reference', () => {
  test.each(named('answers'))('%s', (_, example) => {
    const operation = text(example, 'operation');
    const answer = answerOf(rowAt(example, 'answer'));
    switch (operation) {
      case 'create': {
        const outcome = createOutcome(answer, command());
        expect(
          'error' in outcome ? { outcome: outcome.outcome, kind: outcome.error.kind } : { outcome: outcome.outcome },
        ).toEqual(expected(example));
        if (outcome.outcome === 'accepted') {
          expect(outcome.reports).toMatchObject([
            {
              source: 'create-reply',
              orderId: text(example, 'orderId'),
              clientOrderId: 'k1-000001',
              life: 'open',
              symbol: 'BTC/USDT',
            },
          ]);
        }
        break;
      }
      case 'cancel':
        expect(judged(cancelOutcome(answer))).toEqual(expected(example));
        break;
      case 'cancel-client':
        expect(judged(cancelByClientIdOutcome(answer))).toEqual(expected(example));
        break;
      case 'cancel-batch': {
        const ids = (Array.isArray(example['ids']) ? example['ids'] : []).map(String);
        const kind = ids.includes('first') ? 'client-order-ids' : 'order-ids';
        expect(batchOutcomes(answer, kind, ids).map(({ outcome }) => outcome)).toEqual(example['outcomes']);
        break;
      }
      case 'cancel-open':
        expect(answer.ok && canceledOpen(answer.data)?.nextId).toBe(example['nextId']);
        break;
      case 'query':
        expect(answer.ok ? 'found' : answer.error.kind === 'order-not-found' ? 'not-found' : 'no-answer').toBe(
          example['outcome'],
        );
        break;
      case 'arm':
        expect(answer.ok ? 'armed' : 'refused').toBe(example['outcome']);
        break;
      default:
        throw new Error(`unknown operation ${operation}`);
    }
  });
});

test('an ok without an order id promises nothing', () => {
  expect(createOutcome({ ok: true, data: null, row: {} }, command()).outcome).toBe('unknown');
});

test('a whole batch that got no answer is unknown, one by one', () => {
  const error = errorFor('timeout', 'Request Timeout');
  expect(
    batchOutcomes({ ok: false, error, orderState: null }, 'order-ids', ['1', '2']).map(({ outcome }) => outcome),
  ).toEqual(['unknown', 'unknown']);
});

test.each([
  [429, 'rate-limited', 'rejected'],
  [418, 'rate-limited', 'rejected'],
  [403, 'rate-limited', 'rejected'],
  [405, 'rejected', 'rejected'],
  [408, 'timeout', 'unknown'],
  [502, 'maintenance', 'unknown'],
  [200, 'unknown', 'unknown'],
])('HTTP %i without an envelope: %s, %s', (status, kind, outcome) => {
  expect(httpError(status, 1000)).toMatchObject({ kind, outcome });
  const canceled = cancelOutcome({ ok: false, error: httpError(status, 1000), orderState: null });
  expect(canceled.outcome).toBe(outcome);
});

test.each([
  'account-frozen-balance-insufficient-error',
  'order-limitorder-price-buy-max-error',
  'order-holding-limit-failed',
  'forbidden-trade-for-open-protect',
  'market-orders-not-support-during-limit-price-trading',
  'system-maintenance',
  'require-symbol',
  'validation-constraints-required',
  'base-operation-forbidden',
  'rate-too-many-requests',
  'order-orderprice-precision-error',
  'base-symbol-trade-disabled',
  'order-etp-nav-price-min-error',
])('%s is a definite refusal', (code) => {
  expect(outcomeOf(code)).toBe('rejected');
});

test('market data says "too many" in words only', () => {
  expect(errorFor('bad-request', '429 too many request').kind).toBe('rate-limited');
  expect(errorFor('invalid-parameter', 'request limit').kind).toBe('rate-limited');
  expect(errorFor('bad-request', 'invalid topic').kind).toBe('invalid-order');
});
