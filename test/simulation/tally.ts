// The figures of many runs: how much was traded, what struck, how long it took.
// Printed by main.ts and by the tests.
import { performance } from 'node:perf_hooks';
import type { JobOutcome } from './job.ts';

export interface Figures {
  readonly runs: number;
  readonly failed: number;
  readonly created: number;
  readonly updates: number;
  readonly fills: number;
  readonly struck: number;
  readonly virtualHours: number;
  readonly seconds: number;
  readonly perExchange: Readonly<Record<string, { readonly runs: number; readonly failed: number }>>;
}

export class Tally {
  private readonly expected: number;
  private readonly startedAt = performance.now();
  private readonly sums = { runs: 0, failed: 0, created: 0, updates: 0, fills: 0, struck: 0, virtualMs: 0 };
  private readonly perExchange: Record<string, { runs: number; failed: number }> = {};

  constructor(expected: number) {
    this.expected = expected;
  }

  add({ job, problems, created, updates, fills, struck, virtualMs }: JobOutcome): void {
    const { sums } = this;
    const here = (this.perExchange[job.platform] ??= { runs: 0, failed: 0 });
    here.runs++;
    sums.runs++;
    if (problems.length > 0) {
      here.failed++;
      sums.failed++;
    }
    sums.created += created;
    sums.updates += updates;
    sums.fills += fills;
    sums.struck += struck;
    sums.virtualMs += virtualMs;
  }

  progress(): string {
    return `${this.sums.runs} of ${this.expected} runs, ${this.sums.failed} failed`;
  }

  figures(): Figures {
    const { virtualMs, ...sums } = this.sums;
    const seconds = Math.round((performance.now() - this.startedAt) / 100) / 10;
    return { ...sums, virtualHours: Math.round(virtualMs / 360_000) / 10, seconds, perExchange: this.perExchange };
  }

  summary(): string {
    const { runs, failed, created, updates, fills, struck, virtualHours, seconds, perExchange } = this.figures();
    const places = Object.entries(perExchange).map(([name, here]) => `${name} ${here.runs}`);
    return (
      `${runs} runs (${places.join(', ')}), ${failed} failed: ${created} orders placed, ${updates} updates, ${fills} fills, ` +
      `${struck} faults, ${virtualHours} h of virtual time in ${seconds} s`
    );
  }
}
