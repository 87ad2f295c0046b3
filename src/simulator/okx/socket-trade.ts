// Order operations over /ws/v5/private: order, batch-orders, cancel-order, batch-cancel-orders and the amendments (okx.md 6.5).
// What an item is and becomes is trading.ts's; logging in is session.ts's.

import type { FailureKind } from '../gateway.ts';
import type { VenueAccount } from '../venue.ts';
import { checkDeadline } from './auth.ts';
import { fieldsOf, listOf } from './fields.ts';
import type { Row } from './order-rows.ts';
import { Refusal, refusal } from './refusal.ts';
import type { Site } from './site.ts';
import { operationFailure, rateLimited } from './socket-failures.ts';
import {
  BATCH_SIZE,
  chargeItems,
  codeIn,
  commonSymbol,
  outerCode,
  refusedItem,
  runItem,
  type Action,
} from './trading.ts';

const OPERATIONS: ReadonlyMap<string, { readonly action: Action; readonly batch: boolean }> = new Map([
  ['order', { action: 'place', batch: false }],
  ['batch-orders', { action: 'place', batch: true }],
  ['cancel-order', { action: 'cancel', batch: false }],
  ['batch-cancel-orders', { action: 'cancel', batch: true }],
  ['amend-order', { action: 'amend', batch: false }],
  ['batch-amend-orders', { action: 'amend', batch: true }],
]);

const TOO_LARGE = { place: '51111', cancel: '51406', amend: '51501' } as const;

export function isOrderOperation(op: string): boolean {
  return OPERATIONS.has(op);
}

interface OperationRequest {
  readonly id: string;
  readonly op: string;
  readonly args: unknown;
  readonly expTime: string;
}

/** Puts the operation through the gateway; `deliver` gets the answer's text and the code of its failure by a fault, if any. */
export function runOperation(
  site: Site,
  account: VenueAccount,
  remote: string,
  request: OperationRequest,
  deliver: (text: string, failed: FailureKind | null) => void,
): void {
  const operation = OPERATIONS.get(request.op);
  if (operation === undefined) throw new RangeError(`no order operation ${request.op}`);
  const { action } = operation;
  const items = listOf(request.args);
  site.gateway.run<{ readonly text: string; readonly failed: FailureKind | null }>(
    {
      operation: action === 'place' ? 'create' : action === 'cancel' ? 'cancel' : 'other',
      channel: 'socket',
      accountUid: account.uid,
      symbol: commonSymbol(site, items, 'socket'),
      remote,
      count: Math.max(1, items.length),
    },
    {
      execute() {
        const inTime = site.microseconds();
        try {
          return { text: executed(site, account, request, operation, items, inTime), failed: null };
        } catch (error) {
          if (error instanceof Refusal) return { text: refused(site, request, error, inTime), failed: null };
          throw error;
        }
      },
      failure(kind) {
        const inTime = site.microseconds();
        if (kind !== 'order-not-found') {
          return { text: refused(site, request, operationFailure(kind, request.op), inTime), failed: kind };
        }
        const code = action === 'cancel' ? '51400' : action === 'amend' ? '51503' : '51603';
        const rows = items.map((item) => refusedItem(site, action, fieldsOf(item), 'socket', refusal(code)));
        return { text: worded(site, request, rows, inTime), failed: kind };
      },
      deliver: ({ text, failed }) => deliver(text, failed),
    },
  );
}

function executed(
  site: Site,
  account: VenueAccount,
  request: OperationRequest,
  { action, batch }: { readonly action: Action; readonly batch: boolean },
  items: readonly unknown[],
  inTime: string,
): string {
  if (items.length === 0 || (!batch && items.length > 1)) throw refusal('60013');
  if (items.length > BATCH_SIZE) throw refusal(TOO_LARGE[action]);
  // An integer that is nobody's code is the item's fault (51001), none at all the request's (trap 1).
  if (items.some((item) => codeIn(item) === null)) throw refusal('60013');
  if (!account.permissions.valid) throw refusal('50119');
  if (!account.permissions.trade) throw refusal('50120');
  if (!chargeItems(site, account, action, items)) throw rateLimited();
  if (action !== 'cancel') checkDeadline(site, request.expTime);
  const rows = items.map((item) => runItem(site, account, action, item, 'socket'));
  return worded(site, request, rows, inTime);
}

function worded(site: Site, { id, op }: OperationRequest, rows: readonly Row[], inTime: string): string {
  const code = outerCode(rows);
  const msg = code === '2' ? 'Bulk operation partially succeeded.' : '';
  return JSON.stringify({ id, op, code, msg, data: rows, inTime, outTime: site.microseconds() });
}

function refused(site: Site, { id, op }: OperationRequest, { code, message }: Refusal, inTime: string): string {
  return JSON.stringify({ id, op, data: [], code, msg: message, inTime, outTime: site.microseconds() });
}
