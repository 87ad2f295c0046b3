// What is left of an error where it becomes JSON: in a file or a message of the user's own, past the log of the program.
import { expect, it } from 'vitest';
import { RevokeError, TradeError } from '../../src/domain/errors.ts';

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const error = new TradeError('the exchange said no', {
  kind: 'rejected',
  outcome: 'rejected',
  platform: 'okx',
  code: '51000',
  cause: { headers: { 'OK-ACCESS-KEY': 'k' } },
});
const said = {
  name: 'TradeError',
  message: 'the exchange said no',
  kind: 'rejected',
  outcome: 'rejected',
  platform: 'okx',
  code: '51000',
};

it('as JSON it says its message and its facts, and nothing of its cause', () => {
  expect(asJson([null, error])).toEqual([null, said]);
});

it('as JSON a revoke says also which orders it left, and why', () => {
  expect(asJson(new RevokeError(['1'], [{ orderId: '2', error }], { account: 'a' }))).toEqual({
    name: 'RevokeError',
    message: '1 of 2 orders could not be revoked: 2: the exchange said no',
    kind: 'rejected',
    outcome: 'rejected',
    account: 'a',
    code: '51000',
    revoked: ['1'],
    failed: [{ orderId: '2', error: said }],
  });
});
