// Diagnostics channels on the path of an order, for tracing and metrics from outside. Nobody listening costs one comparison.

import { channel, type Channel } from 'node:diagnostics_channel';

/** `{ platform, account, symbol, clientOrderId, action, price, quantity }`, before the request leaves. */
export const createChannel: Channel = channel('aioquant:create');
/** `{ platform, account, symbol, clientOrderId, outcome, delayMs }`, when the answer is in. */
export const createdChannel: Channel = channel('aioquant:created');
/** `{ order, receivedAt }`: a snapshot on its way to the strategy; `receivedAt` on the monotonic clock. */
export const orderUpdateChannel: Channel = channel('aioquant:order-update');
/** `{ fill, receivedAt }` */
export const fillChannel: Channel = channel('aioquant:fill');
/** `{ platform, account, symbol, orderIds }`, before cancels leave. */
export const revokeChannel: Channel = channel('aioquant:revoke');
