// Installs the peers in bench/peers on demand, exactly as its package.json names them. The project's own install does not know them.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FOLDER = fileURLToPath(new URL('../peers/', import.meta.url));
const MARKER = `${FOLDER}node_modules/.installed-from`;
const manifest = JSON.parse(readFileSync(`${FOLDER}package.json`, 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};
export const PEER_VERSIONS = manifest.dependencies;

/** Whether the peers are there, after trying. Without them only the floor and we run. */
export function installPeers(): boolean {
  const wanted = readFileSync(`${FOLDER}package.json`, 'utf8');
  if (existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted) return true;
  try {
    console.error('installing the peers into bench/peers (once, about 80 MB) …');
    const flags = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', flags, { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'], timeout: 240_000 });
    writeFileSync(MARKER, wanted);
    return true;
  } catch (error) {
    console.error(
      `the peers cannot be installed, they are left out: ${error instanceof Error ? error.message : String(error)}`,
    );
    return false;
  }
}

/** A peer as far as a benchmark uses it: `T` says how far. */
export async function load<T>(name: string): Promise<T> {
  const found = createRequire(`${FOLDER}package.json`).resolve(name);
  return (await import(pathToFileURL(found).href)) as T;
}
