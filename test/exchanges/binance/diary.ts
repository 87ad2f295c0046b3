// Writes down what a private stream tells, and builds the orders from it the way the program does.
// Shared by the tests of this folder.

import type { OrderReport } from '../../../src/domain/order-report.ts';
import { merge, newOrderState, type OrderState } from '../../../src/domain/merge.ts';
import type { Assets } from '../../../src/domain/order.ts';
import type { AccountFeedHandlers } from '../../../src/exchanges/exchange.ts';

export class Diary implements AccountFeedHandlers {
  readonly lines: string[] = [];
  readonly reports: OrderReport[] = [];
  assets: Assets = {};

  onLive(): void {
    this.lines.push('live');
  }
  onBroken(reason: string): void {
    this.lines.push(`broken: ${reason}`);
  }
  onReports(reports: readonly OrderReport[]): void {
    this.reports.push(...reports);
  }
  onAssets(assets: Assets): void {
    this.assets = { ...this.assets, ...assets };
  }
  onEvent(event: { readonly type: string }): void {
    this.lines.push(event.type);
  }
  onFatal(error: Error): void {
    this.lines.push(`fatal: ${error.message}`);
  }

  /** The order with this id as everything told so far, and `more`, make it. */
  order(orderId: string, more: readonly OrderReport[] = []): OrderState {
    const about = [...this.reports, ...more].filter((report) => report.orderId === orderId);
    return about.reduce((state, report) => merge(state, report).state, newOrderState('?'));
  }
}
