// Loads a strategy's module: its default export is a class or a function. `import … from 'aioquant'` inside it means this very package,
// wherever the file lies, so that strategy and process share one configuration, one log and one list of what trades.

import { existsSync } from 'node:fs';
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
  if (!existsSync(path))
    throw new UsageError(`${file}: no such strategy file; give the path of a .ts, .mts, .js or .mjs module`);
  return path;
}

/** @throws UsageError when the module has no default export that can be run; whatever the module itself throws */
export async function loadStrategy(file: string): Promise<Entrance> {
  const path = strategyFile(file);
  hookPackage();
  const module: unknown = await import(pathToFileURL(path).href);
  const entrance: unknown =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (typeof entrance !== 'function') {
    throw new UsageError(
      `${file}: has no default export to run; write "export default class …" or "export default function …"`,
    );
  }
  return entrance as Entrance;
}
