// The one command that runs a job again. Kept apart so that tests can print it too.
// How its options are read is main.ts's part.
import type { Job } from './job.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export function replayCommand(job: Job): string {
  const { platform, plan, seed, rules, deaths, sleeps, strategies, documented, tradeMs, mutant } = job;
  const parts = ['npm run simulate --', `--exchange ${platform}`, `--plan ${plan}`, `--replay-seed ${seed}`];
  if (deaths !== undefined) parts.push(`--deaths ${deaths}`);
  if (sleeps !== undefined) parts.push(`--sleeps ${sleeps}`);
  if (strategies !== undefined) parts.push(`--strategies ${strategies}`);
  if (documented !== undefined) parts.push(documented ? '--documented' : '--undocumented');
  if (tradeMs !== undefined) parts.push(`--trade-ms ${tradeMs}`);
  if (mutant !== undefined) parts.push(`--mutant ${mutant}`);
  if (rules !== undefined) parts.push(`--rules ${quoted(JSON.stringify(rules))}`);
  return parts.join(' ');
}
