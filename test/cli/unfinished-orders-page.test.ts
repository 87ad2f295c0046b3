// The page docs/unfinished-orders.md, as a reader pastes it: every command runs, in order, against the simulator it starts itself.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/unfinished-orders.md', root), 'utf8');
const PREFIX = 'npm run -s aioquant -- ';
const commandsOf = (text: string): string[] =>
  [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
const commands = commandsOf(page);
const main = new URL('src/cli/main.ts', root).pathname;
const examples = new URL('examples/', root).pathname;

const folder = mkdtempSync(join(tmpdir(), 'aioquant-page-'));
const environment = { ...process.env, XDG_DATA_HOME: folder };

/** The arguments after the page's prefix; files of the checkout by their whole path, and any free port instead of the page's. */
function argumentsOf(command: string): string[] {
  expect(command.startsWith(PREFIX)).toBe(true);
  const words = command.slice(PREFIX.length).replace('examples/', examples).split(' ');
  return words[0] === 'simulate' ? words.map((word) => (word === '7400' ? '0' : word)) : words;
}

/** Resolves when the process has printed `text` on either stream. */
function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const look = (chunk: Buffer): void => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('exit', (code) => reject(new Error(`ended with ${code} before it said "${text}": ${seen}`)));
  });
}

describe('docs/unfinished-orders.md', () => {
  let simulator: ChildProcess;

  beforeAll(async () => {
    simulator = spawn(process.execPath, [main, ...argumentsOf(commands[0] ?? '')], { cwd: folder, env: environment });
    await printed(simulator, 'Ctrl-C stops it');
  }, 30_000);

  afterAll(() => {
    simulator.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a command for every line of defence', () => {
    expect(commands.map((command) => argumentsOf(command)[0])).toEqual([
      'simulate',
      'doctor',
      'run',
      'run',
      'run',
      'orders',
      'revoke',
      'revoke',
      'revoke',
      'orders',
    ]);
  });

  /** What a command must say for the page's own words to be true. */
  const says = [
    'ready to trade',
    'left behind',
    'revoked 3 unfinished orders',
    'left behind',
    '3 unfinished orders',
    '3 orders would be revoked',
    '0 orders revoked',
    '3 orders revoked',
    'none left at',
  ];

  it('the Chinese page has the same commands', () => {
    const chinese = readFileSync(new URL('docs/unfinished-orders.zh-CN.md', root), 'utf8');
    expect(commandsOf(chinese)).toEqual(commands);
  });

  it.each(commands.slice(1).map((command, index) => [command, says[index] ?? ''] as const))(
    '%s',
    async (command, expected) => {
      const words = argumentsOf(command);
      if (!command.includes('strategy06.ts')) {
        const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
          cwd: folder,
          env: environment,
          timeout: 40_000,
        });
        expect([status, stderr.toString()]).toEqual([0, expect.any(String)]);
        expect(stdout.toString()).toContain(expected);
        if (command.endsWith('--history')) expect(stdout.toString()).toContain('revoked (by command)');
        return;
      }
      const child = spawn(process.execPath, [main, ...words], { cwd: folder, env: environment });
      await printed(child, expected);
      const ended = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    },
    60_000,
  );
});
