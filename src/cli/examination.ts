// The examination behind `aioquant doctor`: questions to one account, and what the answers mean for somebody about to trade.

import type { Capabilities } from '../exchanges/exchange.ts';
import { openAccount, type AccessEnvironment, type AccountAccess } from '../runtime/assembly/account-access.ts';
import { accessEnvironment } from '../runtime/assembly/environment.ts';
import { accountOptions, readConfig, type Config } from '../runtime/config.ts';
import type { AccountSettings } from '../runtime/config-schema.ts';
import type { DoctorOptions } from './doctor.ts';
import { NotedBudgets, type BudgetUse } from './noted-budgets.ts';
import { explain, inParallel } from './reached-accounts.ts';
import { selectAccounts } from './selected-accounts.ts';
import { counted, paint, print, printJson, Progress } from './terminal.ts';

export type Verdict = 'ok' | 'note' | 'warning' | 'failure';

export interface Finding {
  readonly verdict: Verdict;
  readonly what: string;
  readonly says: string;
}

/** Exchanges refuse requests some seconds off; long before that something is wrong with the machine's clock. */
const CLOCK_WARNING_MS = 1_000;

const finding = (verdict: Verdict, what: string, says: string): Finding => ({ verdict, what, says });

function protection(settings: AccountSettings, capabilities: Capabilities, config: Config): Finding[] {
  const { start, stop, crash, whose } = settings.unfinishedOrders;
  const orders = whose === 'all' ? 'all unfinished orders' : 'unfinished orders of its own';
  const atStart = {
    revoke: finding('ok', '1 at start', `${orders} are revoked before onInit`),
    adopt: finding('ok', '1 at start', 'unfinished orders are taken on; the strategy may revoke them in onInit'),
    keep: finding('note', '1 at start', 'unfinished orders are kept'),
  }[start];
  const atStop =
    stop === 'revoke'
      ? finding('ok', '2 at stop', `${orders} are revoked and confirmed`)
      : finding('note', '2 at stop', 'unfinished orders are kept, as configured');
  const atCrash =
    crash === 'revoke'
      ? finding(
          'ok',
          '3 after a crash',
          // The lease is looked at every quarter of it.
          `revoked by the supervisor (aioquant run): the strategy is killed at the latest ${(config.supervisor.lease * 5) / 4} s after it froze, once it has started`,
        )
      : finding('warning', '3 after a crash', 'unfinished orders are kept, as configured: nobody watches them');
  const byCommand = finding('ok', '4 by command', 'aioquant revoke');
  return [atStart, atStop, atCrash, byCommand, deadMansSwitch(config.deadMansSwitch, settings, capabilities)];
}

function deadMansSwitch(
  wanted: number,
  { platform, unfinishedOrders }: AccountSettings,
  { deadMansSwitch: limits }: Capabilities,
): Finding {
  const note = (says: string): Finding => finding('note', '5 machine gone', says);
  if (limits === null) {
    return note(
      `${platform} has no dead man's switch: if this machine is lost, orders stay until somebody revokes them`,
    );
  }
  const off = "the exchange's dead man's switch is not armed";
  if (wanted === 0) return note(`${off}: switched off in the configuration (deadMansSwitch: 0)`);
  if (unfinishedOrders.crash === 'keep') return note(`${off}: orders are kept after a crash, as configured`);
  if (unfinishedOrders.whose === 'own') return note(`${off}: it would cancel other people's orders as well`);
  const seconds = Math.min(Math.max(Math.ceil(wanted), limits.minSeconds), limits.maxSeconds);
  const most = limits.maxOrders === null ? '' : `, at most ${limits.maxOrders} orders`;
  const kept =
    seconds === wanted ? '' : ` (configured: ${wanted} s; it takes ${limits.minSeconds} to ${limits.maxSeconds})`;
  const says = `the exchange cancels ${seconds} s${kept} after the last sign of life of a running strategy${most}`;
  return finding('ok', '5 machine gone', says);
}

async function permissions({ connector }: AccountAccess): Promise<Finding[]> {
  const [may, error] = await connector.permissions();
  if (error !== null) {
    return [finding(error.kind === 'auth' ? 'failure' : 'warning', 'key', explain(error))];
  }
  const found: Finding[] = [];
  if (may.trade === true) found.push(finding('ok', 'key', 'valid, may trade'));
  else if (may.trade === false)
    found.push(finding('failure', 'key', 'valid, but may not trade; allow spot trading for it at the exchange'));
  else found.push(finding('note', 'key', 'valid; the exchange does not say whether it may trade'));
  if (may.withdraw === true) {
    found.push(
      finding(
        'warning',
        'withdrawals',
        'THIS KEY MAY WITHDRAW FUNDS. A strategy never needs that: take the permission away at the exchange',
      ),
    );
  } else if (may.withdraw === null)
    found.push(finding('note', 'withdrawals', 'the exchange does not say; make sure that the key may not withdraw'));
  else found.push(finding('ok', 'withdrawals', 'not permitted'));
  return found;
}

async function openOrders({ symbols }: AccountSettings, { connector }: AccountAccess): Promise<Finding[]> {
  if (symbols.length === 0)
    return [
      finding(
        'note',
        'open orders',
        'the account names no symbols; add "symbols: [BASE/QUOTE]" so that commands find its orders',
      ),
    ];
  return Promise.all(
    symbols.map(async (symbol) => {
      const [instrument, unknown] = await connector.instrument(symbol);
      if (unknown !== null) return finding('failure', symbol, explain(unknown));
      const [orders, error] = await connector.trading.openOrders(instrument);
      if (error !== null) return finding('failure', symbol, explain(error));
      return finding(orders.length === 0 ? 'ok' : 'note', symbol, counted(orders.length, 'unfinished order'));
    }),
  );
}

/** The limit that is nearest to its end, of all that were touched. */
function rateBudget(uses: readonly BudgetUse[]): Finding[] {
  const [tightest] = uses.toSorted((a, b) => b.used / b.capacity - a.used / a.capacity);
  if (tightest === undefined) return [];
  const { limit, used, capacity, windowMs } = tightest;
  const share = used / capacity;
  const among = uses.length === 1 ? '' : `, the tightest of ${counted(uses.length, 'limit')}`;
  const says = `${used} of ${capacity} in ${windowMs / 1_000} s used (${limit})${among}`;
  return [finding(share > 0.8 ? 'warning' : 'ok', 'rate budget', says)];
}

/** Everything worth knowing about one account of a configuration that was checked. Never rejects. */
export async function examine(
  settings: AccountSettings,
  config: Config,
  environment: AccessEnvironment,
): Promise<Finding[]> {
  const budgets = new NotedBudgets(environment.budgets);
  const access = openAccount(accountOptions(settings), { ...environment, budgets });
  const { connector, exchange } = access;
  const lines = protection(settings, exchange.capabilities, config);
  try {
    const began = environment.clock.monotonic();
    const [, error] = await connector.prepare();
    const tookMs = Math.round(environment.clock.monotonic() - began);
    if (error !== null) {
      const what = error.kind === 'auth' ? 'key' : 'reachable';
      return [finding('failure', what, explain(error)), ...lines];
    }
    const offset = Math.round(connector.clockOffset());
    const clock = finding(
      Math.abs(offset) > CLOCK_WARNING_MS ? 'warning' : 'ok',
      'clock',
      `the exchange's is ${Math.abs(offset)} ms ${offset < 0 ? 'behind' : 'ahead of'} ours${Math.abs(offset) > CLOCK_WARNING_MS ? "; it is corrected for, but set this machine's clock" : ''}`,
    );
    const key = await permissions(access);
    const orders = key.some(({ verdict }) => verdict === 'failure') ? [] : await openOrders(settings, access);
    const uses = rateBudget(budgets.uses(settings.accessKey));
    return [finding('ok', 'reachable', `answered in ${tookMs} ms`), ...key, clock, ...uses, ...orders, ...lines];
  } finally {
    await connector.close();
  }
}

const MARKS: Readonly<Record<Verdict, () => string>> = {
  ok: () => paint.green('✓'),
  note: () => paint.dim('·'),
  warning: () => paint.yellow('!'),
  failure: () => paint.red('✗'),
};

export async function examineAll(options: DoctorOptions): Promise<0 | 1> {
  const config = readConfig(options.config);
  const accounts = selectAccounts(config, options);
  const environment = accessEnvironment(config);
  const progress = new Progress();
  progress.show(`examining ${counted(accounts.length, 'account')} …`);
  const examined = await inParallel(accounts, async (settings) => ({
    settings,
    findings: await examine(settings, config, environment),
  }));
  progress.clear();
  let bad = 0;
  for (const { settings, findings } of examined) {
    const failed = findings.some(
      ({ verdict }) => verdict === 'failure' || (options.strict === true && verdict === 'warning'),
    );
    if (failed) bad++;
    if (options.json === true) {
      printJson({ account: settings.name, platform: settings.platform, ok: !failed, findings });
      continue;
    }
    print(`${paint.bold(settings.name)} ${paint.dim(`on ${settings.platform}`)}`);
    const width = Math.max(...findings.map(({ what }) => what.length));
    for (const { verdict, what, says } of findings) {
      const text = verdict === 'warning' || verdict === 'failure' ? paint.bold(says) : says;
      print(`  ${MARKS[verdict]()} ${what.padEnd(width)}  ${text}`);
    }
    print();
  }
  if (options.json !== true) {
    print(
      bad === 0
        ? paint.green(`${counted(accounts.length, 'account')} examined: ready to trade.`)
        : paint.red(
            `${bad} of ${accounts.length} accounts ${options.strict === true ? 'have warnings or cannot trade (! or ✗ above)' : 'cannot trade (✗ above)'}.`,
          ),
    );
  }
  return bad === 0 ? 0 : 1;
}
