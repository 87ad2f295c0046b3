// The house's layering as a table, and the check of one file against it: who may import whom, who may open sockets,
// and who may say an exchange's name. Reading files is source-facts.ts's part, running over src/ import-direction.test.ts's.
import { posix } from 'node:path';
import type { SourceFacts } from './source-facts.ts';

/** Every exchange the project knows, by its folder's name, with the spellings that count as naming it. */
export const EXCHANGES: Readonly<Record<string, readonly string[]>> = {
  binance: ['binance'],
  okx: ['okx', 'okex'],
  htx: ['htx', 'huobi'],
};

/**
 * Places are paths below src/: `orders/` is a folder with all below it, `*` any part of one name, `<x>` the file's own
 * exchange, `<any>` whichever exchange, `**` everything. In a list, a later line overrules an earlier one, and `!` takes away.
 */
type Place = string;

interface Layer {
  places: readonly Place[];
  mayImport: readonly Place[];
}

const BASE: readonly Place[] = ['seam/', 'domain/', 'wire/'];
const PORT: Place = 'exchanges/exchange.ts';
/** Runtime files that put a process together; all others in runtime/ are the machine's side of the seam. */
const ASSEMBLY: readonly Place[] = ['runtime/shutdown.ts', 'runtime/supervisor.ts', 'runtime/assembly/'];
const BELOW_CLI: readonly Place[] = ['**', '!cli/', '!simulator/', '!index.ts'];
const SIMULATOR_CORE: readonly Place[] = ['seam/', 'domain/', 'runtime/', 'simulator/', '!simulator/<any>/'];

/** First match decides. A place that matches no row is refused, so that a new folder gets its row. */
const LAYERS: readonly Layer[] = [
  { places: ['seam/'], mayImport: ['seam/'] },
  { places: ['domain/'], mayImport: ['domain/'] },
  { places: ['wire/'], mayImport: BASE },
  { places: [PORT], mayImport: BASE },
  { places: ['exchanges/index.ts'], mayImport: [...BASE, 'exchanges/'] },
  { places: ['exchanges/<x>/'], mayImport: [...BASE, PORT, 'exchanges/<x>/'] },
  { places: ['orders/'], mayImport: [...BASE, PORT, 'orders/'] },
  { places: ['market/'], mayImport: [...BASE, PORT, 'market/'] },
  { places: ['storage/'], mayImport: ['seam/', 'domain/', 'orders/', 'storage/'] },
  { places: ['trade.ts', 'market.ts', 'quant.ts', 'tasks.ts'], mayImport: BELOW_CLI },
  { places: ASSEMBLY, mayImport: BELOW_CLI },
  // What an account of a configuration needs is its exchange's to say.
  { places: ['runtime/config-accounts.ts'], mayImport: ['seam/', 'domain/', 'exchanges/index.ts', 'runtime/'] },
  { places: ['runtime/'], mayImport: ['seam/', 'domain/', 'runtime/', ...ASSEMBLY.map((place) => `!${place}`)] },
  { places: ['simulator/<x>/'], mayImport: [...SIMULATOR_CORE, 'simulator/<x>/', 'exchanges/<x>/'] },
  { places: ['simulator/index.ts', 'simulator/dialects.ts'], mayImport: [...SIMULATOR_CORE, 'simulator/'] },
  { places: ['simulator/'], mayImport: SIMULATOR_CORE },
  { places: ['index.ts'], mayImport: ['**', '!cli/'] },
  { places: ['cli/'], mayImport: ['**'] },
];

/** Rooms that know nothing but the language: no package, no built-in. */
const PURE: readonly Place[] = ['seam/', 'domain/'];

const SOCKET_MODULES = /^(?:ws|undici|node:(?:http|https|http2|net|tls|dgram))(?:\/|$)/;
const SOCKET_PLACES: readonly Place[] = ['wire/', 'simulator/server*.ts', 'cli/'];

/** Files that choose among exchanges, define their names, or explain them to a user. */
const NAMING_PLACES: readonly Place[] = [
  'domain/platform.ts',
  'exchanges/index.ts',
  'simulator/index.ts',
  'simulator/dialects.ts',
  'index.ts',
  'cli/',
];

const ANY_EXCHANGE = Object.keys(EXCHANGES).join('|');

/** One pattern against one path; `exchange` is what `<x>` stands for. */
function matches(pattern: Place, path: string, exchange: string | undefined): boolean {
  const source = pattern
    .replaceAll('.', '\\.')
    .replaceAll('**', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('\0', '.*')
    .replaceAll('<x>', exchange ?? '(?!)')
    .replaceAll('<any>', `(?:${ANY_EXCHANGE})`);
  return new RegExp(`^${source}${pattern.endsWith('/') ? '' : '$'}`).test(path);
}

function isIn(places: readonly Place[], path: string, exchange: string | undefined): boolean {
  if (path.startsWith('../')) return false; // outside src/
  const last = places.findLast((place) => matches(place.replace(/^!/, ''), path, exchange));
  return last !== undefined && !last.startsWith('!');
}

/** The exchange whose folder a file is in, of src/exchanges/ or of src/simulator/. */
function exchangeOf(path: string): string | undefined {
  return new RegExp(`^(?:exchanges|simulator)/(${ANY_EXCHANGE})/`).exec(path)?.[1];
}

/**
 * The exchanges a word names. A name counts where a word of a compound begins (`okx`, `isOkx`, `OKX_URL`), so that
 * `bookX` and `rightX` are what they are.
 */
export function exchangesNamedIn(word: string): string[] {
  return Object.entries(EXCHANGES)
    .filter(([, spellings]) => spellings.some((spelling) => startsAWordIn(spelling, word)))
    .map(([exchange]) => exchange);
}

function startsAWordIn(spelling: string, word: string): boolean {
  return [...word.matchAll(new RegExp(spelling, 'gi'))].some(({ 0: found, index }) => {
    const before = word.charAt(index - 1);
    return !/[a-z]/i.test(before) || (/[a-z]/.test(before) && /^[A-Z]/.test(found));
  });
}

/**
 * What is wrong with one file, one message each: file, line, what it does, and the rule it breaks.
 * @param file path below src/, with forward slashes
 * @param packages the npm packages the project depends on at run time
 */
export function violationsOf(file: string, facts: SourceFacts, packages: readonly string[]): string[] {
  const exchange = exchangeOf(file);
  const layer = LAYERS.find(({ places }) => isIn(places, file, exchange));
  if (layer === undefined) return [`src/${file}:1 has no row in test/house/layers.ts; a new place needs one`];
  const found: string[] = [];
  const report = (line: number, what: string): void => void found.push(`src/${file}:${line} ${what}`);

  for (const { text: specifier, line } of facts.imports) {
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(file), specifier);
      if (isIn(layer.mayImport, target, exchange)) continue;
      report(line, `imports ${target}; ${layer.places.join(', ')} may import only ${layer.mayImport.join(', ')}`);
      continue;
    }
    if (isIn(PURE, file, exchange))
      report(line, `imports ${specifier}; ${PURE.join(', ')} use no package and no built-in`);
    if (SOCKET_MODULES.test(specifier) && !isIn(SOCKET_PLACES, file, exchange)) {
      report(line, `imports ${specifier}; sockets are opened only in ${SOCKET_PLACES.join(', ')}`);
    }
    const packageName = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    if (!specifier.startsWith('node:') && !packages.includes(packageName)) {
      report(line, `imports ${specifier}; only packages under "dependencies" of package.json are there at run time`);
    }
  }

  if (isIn(NAMING_PLACES, file, exchange)) return found;
  for (const { text, line } of facts.words) {
    for (const named of exchangesNamedIn(text)) {
      if (named === exchange) continue;
      const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
      report(line, `names ${named} (${JSON.stringify(short)}); only its own folders and the registries may`);
    }
  }
  return found;
}
