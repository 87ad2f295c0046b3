// The process in which the demo's strategy runs. The strategy knows nothing of the demo: what it goes through is read from the
// package's diagnostics channels, as any tracing tool could.

import { subscribe } from 'node:diagnostics_channel';
import type { Fill, Order } from '../../domain/order.ts';
import { fillChannel, orderUpdateChannel } from '../../orders/diagnostics.ts';
import { quant } from '../../quant.ts';
import { runAlone } from '../run.ts';
import type { DemoEvent } from './events.ts';

const startedAt = Date.now();

function tell(event: DemoEvent): void {
  if (process.connected) process.send?.(event);
}

// The channels' contracts are in orders/diagnostics.ts.
subscribe(orderUpdateChannel.name, (message) => {
  const { order, receivedAt } = message as { order: Order; receivedAt: number };
  const at = Date.now();
  const delayMs = order.utime < startedAt ? null : Math.max(0, at - order.utime);
  tell({ type: 'order', order, delayMs, insideUs: Math.round((performance.now() - receivedAt) * 1_000), at });
});
subscribe(fillChannel.name, (message) => {
  const { fill } = message as { fill: Fill };
  tell({ type: 'fill', fill, at: Date.now() });
});

process.on('message', () => void quant.stop('the demo is over'));
process.on('disconnect', () => void quant.stop('the demo is gone'));

const [strategy = '', config] = process.argv.slice(2);
await runAlone(strategy, config);
