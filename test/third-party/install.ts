// Installs the clients in this folder's package.json the first time a test needs them; the project's own install stays quick without them.
// Where there is no network the tests that need them are skipped with one line, except in CI, where they must run.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const modules = `${folder}node_modules`;
/** Names what was installed: the lock file it was installed from. */
const marker = `${modules}/.installed-from`;
const guard = `${folder}.installing`;
const PATIENCE_MS = 180_000;
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i;

function isInstalled(): boolean {
  return existsSync(marker) && readFileSync(marker, 'utf8') === readFileSync(`${folder}package-lock.json`, 'utf8');
}

function npmCi(): Promise<string | null> {
  return new Promise((resolve) => {
    // A registry behind a company's proxy is trusted by the machine's certificates, not by those that Node brings.
    const options = { cwd: folder, timeout: PATIENCE_MS, env: { NODE_USE_SYSTEM_CA: '1', ...process.env } };
    const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFile('npm', flags, options, (error, _stdout, stderr) => {
      resolve(error === null ? null : `${error.message} ${stderr}`);
    });
  });
}

/** Test files run in processes of their own: one of them installs, the others wait. Returns what went wrong, or null. */
async function install(): Promise<string | null> {
  // Left behind by a run that was killed.
  if (existsSync(guard) && Date.now() - statSync(guard).mtimeMs > PATIENCE_MS) rmSync(guard, { recursive: true });
  try {
    mkdirSync(guard);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    for (let waited = 0; existsSync(guard) && waited < PATIENCE_MS; waited += 100) await sleep(100);
    return isInstalled() ? null : 'another process tried to install them and failed';
  }
  try {
    console.log('installing the third-party clients for their tests (once, about 80 MB) …');
    const failure = await npmCi();
    if (failure === null) writeFileSync(marker, readFileSync(`${folder}package-lock.json`, 'utf8'));
    return failure;
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

/** Whether the clients can be imported. False only where there is no network and no CI; then a line says so. */
export async function thirdPartyClients(): Promise<boolean> {
  if (isInstalled()) return true;
  const failure = await install();
  if (failure === null) return true;
  if (process.env['CI'] !== 'true' && NO_NETWORK.test(failure)) {
    console.log(
      `skipped: third-party clients are not installed and there is no network (cd test/third-party && npm ci)`,
    );
    return false;
  }
  throw new Error(`the third-party clients could not be installed: ${failure}`);
}

/** A package of this folder, as much of it as `T` says. Its types are not there before it is installed, so they are stated by the test. */
export async function load<T>(name: string): Promise<T> {
  const loaded: unknown = await import(name);
  return loaded as T;
}

// `node test/third-party/install.ts` beforehand: no test waits for it then.
if (import.meta.main) await thirdPartyClients();
