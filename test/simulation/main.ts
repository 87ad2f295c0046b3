// `npm run simulate -- --seeds N`: whole-stack runs from the command line, and the replay of a single seed.
import { Command, InvalidArgumentError, Option } from 'commander';
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';
import { newTally, rulesOf, runSeed, shrink } from './campaign.ts';

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0 is needed');
  return value;
}

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly exchange?: Platform;
  readonly plan: string;
  readonly json?: boolean;
}

const { seeds, from, exchange, plan, json } = new Command('simulate')
  .description('random strategies against simulated exchanges under faults; both sides must agree in the end')
  .option('--seeds <n>', 'how many seeds on each exchange', count, 100)
  .option('--from <seed>', 'first seed', count, 1)
  .addOption(new Option('--exchange <name>', 'only this exchange').choices(PLATFORMS))
  .option('--plan <name>', 'a fault plan, or mixed: drawn from all of them by the seed', 'mixed')
  .option('--json', 'print one JSON object')
  .addHelpText(
    'after',
    '\nExamples:\n  $ npm run simulate -- --seeds 1000000\n  $ npm run simulate -- --exchange okx --plan cuts --from 17 --seeds 1   one seed again\n',
  )
  .parse()
  .opts<Options>();

try {
  rulesOf(plan, from);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}
const tally = newTally();
const platforms = exchange === undefined ? PLATFORMS : [exchange];
for (const platform of platforms) {
  for (let seed = from; seed < from + seeds; seed++) {
    const failuresBefore = tally.failures.length;
    await runSeed(platform, plan, seed, tally);
    if (process.stderr.isTTY && tally.runs % 20 === 0)
      process.stderr.write(`\r${tally.runs} of ${seeds * platforms.length} runs, ${tally.failures.length} failed `);
    const failure = tally.failures[failuresBefore];
    if (failure === undefined || json === true) continue;
    console.log(`\nseed ${seed} on ${platform} with ${plan}:\n  ${failure.problems.join('\n  ')}`);
    console.log(`smallest plan: ${JSON.stringify(await shrink(failure))}`);
    console.log(`again: npm run simulate -- --exchange ${platform} --plan ${plan} --from ${seed} --seeds 1`);
  }
}
if (process.stderr.isTTY) process.stderr.write('\r');
const { failures, ...figures } = tally;
if (json === true) console.log(JSON.stringify({ ...figures, failures }));
else
  console.log(
    `${tally.runs} runs, ${tally.orders} orders, ${tally.updates} updates, ${tally.fills} fills, ${tally.struck} faults struck, ${Math.round(tally.virtualMs / 3_600_000)} hours of virtual time: ${failures.length} failed`,
  );
process.exitCode = failures.length > 0 ? 1 : 0;
