// What a request that got no answer says of what became of it.
import { expect, test } from 'vitest';
import { TransportError } from '../../src/seam/transport.ts';
import { transportError } from '../../src/wire/errors.ts';

test.each([
  ['not sent only when nothing left', new TransportError('refused', 'no', 'network'), 'not-sent', 'network'],
  ['unknown when it left', new TransportError('reset', 'maybe', 'network'), 'unknown', 'network'],
  ['unknown when the answer is late', new TransportError('late', 'maybe', 'timeout'), 'unknown', 'timeout'],
  ['unknown when it is no error of the transport', new TypeError('a defect'), 'unknown', 'network'],
])('%s', (_what, given, outcome, kind) => {
  expect(transportError('htx', given)).toMatchObject({ message: given.message, outcome, kind, platform: 'htx' });
});
