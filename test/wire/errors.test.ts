// What a request that got no answer, or no reply over its socket, says of what became of it.
import { expect, test } from 'vitest';
import { TransportError } from '../../src/seam/transport.ts';
import { transportError, unanswered } from '../../src/wire/errors.ts';

test.each([
  ['not sent only when nothing left', new TransportError('refused', 'no', 'network'), 'not-sent', 'network'],
  ['unknown when it left', new TransportError('reset', 'maybe', 'network'), 'unknown', 'network'],
  ['unknown when the answer is late', new TransportError('late', 'maybe', 'timeout'), 'unknown', 'timeout'],
  ['unknown when it is no error of the transport', new TypeError('a defect'), 'unknown', 'network'],
])('%s', (_what, given, outcome, kind) => {
  expect(transportError('htx', given)).toMatchObject({ message: given.message, outcome, kind, platform: 'htx' });
});

test.each([
  [{ end: 'not-sent', reason: 'not open' }, 'not-sent', 'network', 'order.place: not open'],
  [{ end: 'timeout', afterMs: 5_000 }, 'unknown', 'timeout', 'order.place: no reply within 5000 ms'],
  [
    { end: 'lost', reason: 'closed' },
    'unknown',
    'network',
    'order.place: the connection was lost before the reply: closed',
  ],
  [{ end: 'reply', reply: {} }, 'unknown', 'unknown', 'order.place: the reply has not the documented form'],
] as const)('%j is %s', (end, outcome, kind, message) => {
  expect(unanswered('htx', 'order.place', end)).toMatchObject({ message, outcome, kind, platform: 'htx' });
});
