// What `aioquant revoke` does: look, ask, revoke in parallel, confirm, and report account by account.

import { describeReceipt, isConfirmed, type RevokeReceipt } from '../domain/unfinished-orders.ts';
import { ask, canAsk } from '../runtime/ask.ts';
import { sweepAccount, type AccessEnvironment } from '../runtime/assembly/account-access.ts';
import { accessEnvironment } from '../runtime/assembly/environment.ts';
import { keepReceipts } from '../runtime/assembly/journal.ts';
import { QUERIES_AT_ONCE } from '../runtime/assembly/sweep.ts';
import { accountProblems, readConfig, refuse, type Config } from '../runtime/config.ts';
import { byAccount, countAsked, countOrders, describeAsked, findOrders, type Found } from './found-orders.ts';
import { orderTable, printProblems } from './open-orders.ts';
import { inParallel, reach } from './reached-accounts.ts';
import type { RevokeOptions } from './revoke.ts';
import { selectTargets, type Target } from './selected-accounts.ts';
import { counted, paint, print, printJson, Progress, table } from './terminal.ts';
import { UsageError } from './usage.ts';
import { whoseOrders, type ConcernOf } from './whose-orders.ts';

/** What became of each order is worth so many requests of one command: limits per IP are shared by its accounts. */
const QUERIES_IN_ALL = 500;

/** What could not even be begun, as a receipt. */
function failedReceipt({ settings, symbol }: Target, error: string, whose: 'all' | 'own', at: number): RevokeReceipt {
  const { platform, name: account } = settings;
  const nothing = { found: [], revoked: [], filled: [], left: [] };
  return {
    trigger: 'command',
    platform,
    account,
    symbol,
    whose,
    ...nothing,
    error,
    startedAt: at,
    endedAt: at,
    confirmedAt: null,
  };
}

async function revokeOn(
  targets: readonly Target[],
  options: RevokeOptions,
  concernOf: ConcernOf,
  mostQueries: number,
  environment: AccessEnvironment,
): Promise<RevokeReceipt[]> {
  const [first] = targets;
  if (first === undefined) return [];
  const whose = options.own === undefined ? 'all' : 'own';
  const { access, problem } = reach(first.settings, environment);
  if (access === null) {
    return targets.map((target) => failedReceipt(target, problem, whose, environment.clock.now()));
  }
  try {
    return await Promise.all(
      targets.map((target) =>
        sweepAccount(
          access,
          {
            ...concernOf(target),
            symbol: target.symbol,
            trigger: 'command',
            timeLimitMs: options.timeLimit * 1_000,
            stragglerMs: 0,
            mostQueries,
          },
          environment,
        ),
      ),
    );
  } finally {
    await access.connector.close();
  }
}

async function revokeAll(
  targets: readonly Target[],
  options: RevokeOptions,
  concernOf: ConcernOf,
  environment: AccessEnvironment,
): Promise<RevokeReceipt[]> {
  const groups = byAccount(targets);
  const mostQueries = Math.min(QUERIES_AT_ONCE, Math.floor(QUERIES_IN_ALL / targets.length));
  const progress = new Progress();
  let done = 0;
  progress.show(`revoking on ${counted(groups.length, 'account')} …`);
  const receipts = await inParallel(groups, async (group) => {
    const made = await revokeOn(group, options, concernOf, mostQueries, environment);
    progress.show(`finished ${++done} of ${groups.length} accounts`);
    return made;
  });
  progress.clear();
  return receipts.flat();
}

function receiptRow(receipt: RevokeReceipt): string[] {
  const { account, platform, symbol, found, revoked, filled, startedAt, endedAt } = receipt;
  const { confirmed, left, says } = describeReceipt(receipt);
  const colour = confirmed ? paint.green : paint.red;
  const counts = [found, revoked, filled].map((list) => String(list.length));
  return [account, platform, symbol, ...counts, left, `${endedAt - startedAt} ms`, colour(says)];
}

const HEAD = [
  'account',
  'exchange',
  'symbol',
  'found',
  'revoked',
  'filled meanwhile',
  'left',
  'took',
  'the exchange says',
];
const ALIGN = ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'] as const;

/** Names what was looked at: of other symbols, and of other people's orders, nobody was asked. */
function nothingLeft(receipts: readonly RevokeReceipt[], own: string | undefined): string {
  const [symbol = '', ...others] = new Set(receipts.map((receipt) => receipt.symbol));
  const symbols = others.length === 0 ? symbol : 'these symbols';
  return own === undefined ? `nothing of ${symbols} is left` : `nothing of ${own} is left in ${symbols}`;
}

function report(receipts: readonly RevokeReceipt[], own: string | undefined): void {
  print(table(HEAD, receipts.map(receiptRow), ALIGN));
  const left = receipts.flatMap(({ account, symbol, left: ids }) => ids.map((id) => `${account} ${symbol} ${id}`));
  if (left.length > 0) print(`\n${paint.red(paint.bold('Left on the exchange:'))}\n  ${left.join('\n  ')}`);
  const total = receipts.reduce((sum, { revoked }) => sum + revoked.length, 0);
  const open = receipts.filter((receipt) => !isConfirmed(receipt)).length;
  print();
  if (open === 0) print(`${counted(total, 'order')} revoked; every exchange says that ${nothingLeft(receipts, own)}.`);
  else
    print(
      paint.red(`${total} revoked; on ${open} of ${receipts.length} something is left or not confirmed (see above).`),
    );
}

/** For people: on standard output, or beside it where that holds JSON and nothing else. */
function tell(text: string, isJson: boolean): void {
  if (isJson) process.stderr.write(`${text}\n`);
  else print(text);
}

/** Names all that would be revoked, also where nobody could be asked what that is. Null when there is nothing. */
function questionFor(found: readonly Found[], own: string | undefined): string | null {
  const count = countOrders(found);
  const [these, them] = count === 1 ? ['this order', 'it'] : [`these ${count} orders`, 'them'];
  const silent = new Set(found.filter(({ problem }) => problem !== null).map(({ target }) => target.settings.name));
  const parts: string[] = [];
  if (count > 0) parts.push(`${these}, ${own === undefined ? `whoever placed ${them}` : `placed by ${own}`}`);
  if (silent.size > 0) {
    const whatever = own === undefined ? 'whatever is open' : `whatever ${own} has open`;
    parts.push(`${whatever} on ${[...silent].join(', ')}, which could not be asked`);
  }
  return parts.length === 0 ? null : `Revoke ${parts.join(', and ')}?`;
}

/** Looks first and asks. True when the person agreed, or nothing needs asking. */
async function agreed(found: readonly Found[], options: RevokeOptions): Promise<boolean> {
  if (countOrders(found) > 0) tell(`${orderTable(found)}\n`, options.json === true);
  printProblems(found);
  const question = questionFor(found, options.own);
  return question === null || ask(question);
}

function showDryRun(found: readonly Found[], { json, own }: RevokeOptions): void {
  if (json === true) {
    for (const { target, orders, problem } of found) {
      const { name: account, platform } = target.settings;
      const ids = orders.map(({ orderId }) => orderId);
      printJson({ dryRun: true, account, platform, symbol: target.symbol, found: ids, error: problem });
    }
    return;
  }
  const count = countOrders(found);
  if (count > 0)
    print(`${orderTable(found)}\n\n${counted(count, 'order')} would be revoked; nothing was done (--dry-run).`);
  // Where nobody could be asked, what is said of that says it all.
  else if (countAsked(found) > 0) print(`Nothing to revoke: no unfinished orders${describeAsked(found, own)}.`);
}

/** One account with a mistake in it must not keep the others' orders on the exchange; where all have one, nothing can be done. */
async function selectLeniently(config: Config, options: RevokeOptions): Promise<readonly Target[]> {
  const targets = await selectTargets(config, options);
  const problems = accountProblems(config);
  if (targets.every(({ settings }) => problems.has(settings))) {
    refuse(options.config, [...new Set(targets.map(({ settings }) => problems.get(settings) ?? ''))]);
  }
  return targets;
}

export async function revoke(options: RevokeOptions): Promise<0 | 1> {
  const config = readConfig(options.config, process.env, { accounts: false });
  const targets = await selectLeniently(config, options);
  const concernOf = await whoseOrders(options.own, targets, config.journal);
  const environment = accessEnvironment(config);
  if (options.dryRun === true) {
    const found = await findOrders(targets, concernOf, environment);
    showDryRun(found, options);
    return printProblems(found) > 0 ? 1 : 0;
  }
  if (options.yes !== true) {
    if (!canAsk())
      throw new UsageError('nothing was done: there is no terminal to ask on; add --yes, or look first with --dry-run');
    if (!(await agreed(await findOrders(targets, concernOf, environment), options))) {
      tell('Nothing was revoked.', options.json === true);
      return 1;
    }
  }
  const receipts = await revokeAll(targets, options, concernOf, environment);
  await keepReceipts(config.journal, receipts);
  if (options.json === true) for (const receipt of receipts) printJson(receipt);
  else report(receipts, options.own);
  return receipts.every(isConfirmed) ? 0 : 1;
}
