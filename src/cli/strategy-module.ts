// Loads a strategy's module: its default export is a class or a function. `import … from 'aioquant'` inside it means this very package,
// wherever the file lies, so that strategy and process share one configuration, one log and one list of what trades.

import { readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Entrance } from '../quant.ts';
import { UsageError } from './usage.ts';

const PACKAGE = 'aioquant';
/** The source in a checkout, the build in a package: what this file itself is. */
const INDEX = new URL(`../index${extname(import.meta.url)}`, import.meta.url).href;

let hooked = false;

function hookPackage(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === PACKAGE ? { url: INDEX, shortCircuit: true } : next(specifier, context),
  });
}

/** @throws UsageError when there is no such file */
export function strategyFile(file: string): string {
  const path = resolve(file);
  // A folder is none, either.
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== false)
    throw new UsageError(`${file}: no such strategy file; give the path of a .ts, .mts, .js or .mjs module`);
  return path;
}

const AS_COMMONJS = /^(?:Cannot use import statement outside a module|Unexpected token 'export')/;

/** @throws UsageError when it, or what it imports, is taken for CommonJS because the project's package.json says so */
async function importModule(path: string): Promise<unknown> {
  try {
    return (await import(pathToFileURL(path).href)) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError) || !AS_COMMONJS.test(error.message)) throw error;
    const culprit = /^(.+):\d+$/m.exec(error.stack ?? '')?.[1] ?? path;
    const better = extname(culprit).replace(/^\./, '.m');
    throw new UsageError(
      `${culprit}: is loaded as CommonJS; name it ${better}, or write "type": "module" in the project's package.json`,
      { cause: error },
    );
  }
}

const noEntrance = (file: string): UsageError =>
  new UsageError(
    `${file}: has no default export to run; write "export default class …" or "export default function …"`,
  );

/**
 * Runs the module. One that cannot have a default export is refused before: it might trade, and then be ended at once.
 * @throws UsageError when it has no default export that can be run; whatever the module itself throws
 */
export async function loadStrategy(file: string): Promise<Entrance> {
  const path = strategyFile(file);
  if (!/\b(?:default|exports)\b/.test(readFileSync(path, 'utf8'))) throw noEntrance(file);
  hookPackage();
  const module = await importModule(path);
  const entrance: unknown =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (typeof entrance !== 'function') throw noEntrance(file);
  return entrance as Entrance;
}
