// A demo for programs: one JSON object per event, the summary last.

import { printJson } from '../terminal.ts';
import type { DemoEvent } from './events.ts';
import type { PlantedOrder } from './planted.ts';
import type { DemoEnd, Show, ShowSettings } from './show.ts';
import type { Summary } from './tally.ts';

export class JsonShow implements Show {
  private readonly settings: ShowSettings;

  constructor(settings: ShowSettings) {
    this.settings = settings;
  }

  opening(): void {
    const { platform, symbol, strategy, seconds } = this.settings;
    printJson({ type: 'start', platform, symbol, strategy, seconds });
  }
  planted(orders: readonly PlantedOrder[]): void {
    printJson({ type: 'planted', orders });
  }
  event(event: DemoEvent): void {
    printJson(event);
  }
  startRevoked(revoked: number, unfinished: number): void {
    printJson({ type: 'start-revoked', revoked, unfinished });
  }
  stopping(reason: string): void {
    printJson({ type: 'stopping', reason });
  }
  closing(summary: Summary, { unfinished, inTheBooks, strategyStatus, hasBegun }: DemoEnd): void {
    const unfinishedCount = unfinished?.length ?? null;
    printJson({ type: 'summary', ...summary, unfinished: unfinishedCount, inTheBooks, strategyStatus, hasBegun });
  }
}
