// The suite that every exchange inherits: whatever one passes, all pass. What a missing capability leaves out is named, in a table here and in docs/exchanges.md.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { exchangeOf } from '../../src/exchanges/index.ts';
import type { Chapter } from './case.ts';
import { doubt } from './doubt.ts';
import { gaps } from './gaps.ts';
import { life } from './life.ts';
import { limits } from './limits.ts';
import { refusals } from './refusals.ts';
import { revoking } from './revoking.ts';
import { Stage, type Subject } from './stage.ts';

const CHAPTERS: readonly Chapter[] = [life, refusals, doubt, gaps, revoking, limits];

/** Runs everything that the exchange's capability sheet allows. */
export function conformance(subject: Subject): void {
  const { capabilities } = exchangeOf(subject.platform);
  const left: string[] = [];
  let stage: Stage | null = null;

  describe(`${subject.platform}: conformance`, () => {
    afterEach(async () => {
      await stage?.close();
      stage = null;
    });

    for (const { title, cases } of CHAPTERS) {
      describe(`${title}`, () => {
        for (const { name, needs, simulation, run } of cases) {
          if (needs !== undefined && !needs(capabilities)) {
            left.push(name);
            continue;
          }
          it(`${name}`, async () => {
            stage = await Stage.open(subject, simulation);
            await run(stage, capabilities);
            expect(stage.idleFaults).toEqual([]);
          });
        }
      });
    }

    it('what the exchange cannot do is left out by name, as docs/exchanges.md says', () => {
      const page = readFileSync(new URL('../../docs/exchanges.md', import.meta.url), 'utf8');
      const line = page.split('\n').find((one) => one.startsWith(`- \`${subject.platform}\` leaves out: `));
      expect(line).toBe(`- \`${subject.platform}\` leaves out: ${left.length === 0 ? 'nothing' : left.join('; ')}.`);
    });
  });
}
