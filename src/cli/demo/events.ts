// What the strategy's process of a demo tells the one that shows it.

import type { Fill, Order } from '../../domain/order.ts';

export type DemoEvent =
  /** An order update on its way to the strategy. */
  | {
      readonly type: 'order';
      readonly order: Order;
      /** From the exchange's time stamp to here, ms; null when the update tells of something from before the start. */
      readonly delayMs: number | null;
      /** From the frame's arrival to the strategy's callback, µs. */
      readonly insideUs: number;
      readonly at: number;
    }
  | { readonly type: 'fill'; readonly fill: Fill; readonly at: number }
  /** A line of the strategy's log that is worth showing. */
  | { readonly type: 'trouble'; readonly message: string; readonly at: number };

export interface StopRequest {
  readonly type: 'stop';
}

export function isDemoEvent(message: unknown): message is DemoEvent {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    (message.type === 'order' || message.type === 'fill' || message.type === 'trouble')
  );
}
