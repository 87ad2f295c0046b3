// The process as a whole, in real child processes: how it starts, what ends it, and with which exit status.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'aioquant-quant-'));
const source = (path: string): string => JSON.stringify(new URL(`../${path}`, import.meta.url).href);

const PRELUDE = `
  import { quant } from ${source('src/quant.ts')};
  import { participants } from ${source('src/runtime/participant.ts')};
  import { fakeParticipant } from ${source('test/support/participant.ts')};
  import { LoopRunTask } from ${source('src/tasks.ts')};
  const say = (word) => process.stdout.write(word + '\\n');
  const trade = (orders, part = {}) => participants.add(fakeParticipant({ push: say }, orders, part));
`;

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the process has printed `text`. */
  said(text: string): Promise<void>;
}

function run(body: string, args: readonly string[] = []): Running {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PRELUDE + body, '--', ...args]);
  let out = '';
  let err = '';
  const waiting: (() => void)[] = [];
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
    for (const check of waiting) check();
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  return {
    child,
    ended: new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err }))),
    said: (text) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (out.includes(text)) resolve();
        };
        waiting.push(check);
        check();
      }),
  };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return JSON.stringify(path);
}

describe('start', () => {
  it('constructs a class, and lives until stop', async () => {
    const { status, out } = await run(`
      class Strategy { constructor() { say('made'); setTimeout(() => quant.stop('enough'), 20); } }
      await quant.start(null, Strategy);`).ended;
    expect(out).toContain('made');
    expect(out).toContain('stopping: enough');
    expect(status).toBe(0);
  });

  it('calls and awaits a function, with the configuration loaded', async () => {
    const { status, out } = await run(`
      import { config } from ${source('src/runtime/config.ts')};
      await quant.start(${file('good.yaml', 'color: blue')}, async () => { say(config.color); });
      await quant.stop();`).ended;
    expect(out).toContain('blue');
    expect(status).toBe(0);
  });

  it.each([
    ['a broken configuration', file('bad.yaml', 'log: { level: loud }'), 'log.level: expected'],
    ['a missing file', '"/no/such.yaml"', 'no such file'],
  ])('ends with status 2 on %s, naming the field', async (_name, path, message) => {
    const { status, err } = await run(`await quant.start(${path}, () => say('never'));`).ended;
    expect(err).toContain(message);
    expect(status).toBe(2);
  });

  it('ends with status 2 when it was used wrongly, without a word about the configuration', async () => {
    const { status, out, err } = await run(`
      import { UsageError } from ${source('src/cli/usage.ts')};
      await quant.start(null, () => { throw new UsageError('give it another file'); });`).ended;
    expect(err).toContain('give it another file');
    expect(out).toContain('stopping: the strategy could not be started');
    expect(status).toBe(2);
  });

  it('calls beat listeners again that threw or rejected, and says so', async () => {
    const { status, out } = await run(`
      let beats = 0;
      await quant.start(null, () => {
        quant.onBeat(async () => { await null; throw new Error('rejected ' + ++beats); });
        quant.onBeat(() => { throw new Error('thrown ' + beats); });
        quant.onBeat((count) => { if (count === 2) setImmediate(() => quant.stop('enough')); });
      });`).ended;
    for (const word of ['rejected 1', 'rejected 2', 'thrown 0', 'thrown 1']) expect(out).toContain(word);
    expect(out).toContain('stopping: enough');
    expect(status).toBe(0);
  });

  it('ends with status 1 when the entrance throws, after revoking', async () => {
    const { status, out } = await run(`
      await quant.start(null, () => { trade(['1']); throw new Error('no luck'); });`).ended;
    expect(out).toMatch(/no luck[\s\S]*revoke/);
    expect(status).toBe(1);
  });
});

describe('everything that ends a process revokes first', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s: exit status 0', async (signal) => {
    const running = run(`await quant.start(null, () => { trade(['1', '2']); say('ready'); });`);
    await running.said('ready');
    running.child.kill(signal);
    const { status, out } = await running.ended;
    expect(out).toMatch(/gate[\s\S]*settle[\s\S]*revoke[\s\S]*close/);
    expect(out).toContain('2 revoked');
    expect(status).toBe(0);
  });

  it.each([
    ['an uncaught exception', `setTimeout(() => { throw new Error('oops'); }, 10)`],
    ['an unhandled rejection', `void Promise.reject(new Error('oops'))`],
  ])('%s: exit status 1', async (_name, crash) => {
    const { status, out } = await run(`await quant.start(null, () => { trade(['1']); ${crash}; });`).ended;
    expect(out).toMatch(/oops[\s\S]*revoke/);
    expect(status).toBe(1);
  });

  it('a second signal cuts nothing short', async () => {
    const running = run(`
      await quant.start(null, () => {
        trade(['41', '42'], { settle: () => new Promise((done) => process.once('SIGUSR2', done)) });
        say('ready');
      });`);
    await running.said('ready');
    running.child.kill('SIGTERM');
    await running.said('stopping');
    running.child.kill('SIGINT');
    await running.said('still stopping, 2 orders left: a@x.test EOS/USDT 41');
    running.child.kill('SIGUSR2');
    const { status, out } = await running.ended;
    expect(out).toContain('revoke');
    expect(status).toBe(0);
  });

  it('a first signal in the middle of a stop is none again', async () => {
    const running = run(`
      await quant.start(null, () => {
        trade(['41'], { settle: () => new Promise((done) => process.once('SIGUSR2', done)) });
        setTimeout(() => quant.stop('enough'), 10);
      });`);
    await running.said('stopping: enough');
    running.child.kill('SIGINT');
    await running.said('SIGINT; stopping already, 1 order left: a@x.test EOS/USDT 41');
    running.child.kill('SIGTERM');
    await running.said('SIGTERM again; still stopping, 1 order left: a@x.test EOS/USDT 41');
    running.child.kill('SIGUSR2');
    const { status, out } = await running.ended;
    expect(out).not.toContain('SIGINT again');
    expect(status).toBe(0);
  });

  it('the time limit says what is left by id and exits 1', async () => {
    const { status, out } = await run(`
      await quant.start(${file('short.yaml', 'stop: { timeLimit: 0.1 }')}, () => {
        trade(['43'], { settle: () => new Promise(() => {}) });
      });
      await quant.stop();`).ended;
    expect(out).toContain('left on the exchange: a@x.test EOS/USDT 43');
    expect(status).toBe(1);
  });

  it('no loop task runs once the stop has begun', async () => {
    const { out } = await run(`
      await quant.start(null, () => {
        LoopRunTask.register(() => say('tick'), 0.01);
        trade([], { settle: () => new Promise((done) => setTimeout(done, 100)) });
        setTimeout(() => { say('STOP'); void quant.stop(); }, 50);
      });`).ended;
    expect(out).toContain('tick');
    expect(out.slice(out.indexOf('STOP'))).not.toContain('tick');
  });
});

describe('nothing keeps a process from exiting once it has stopped', () => {
  const failing = (body: string): string => `
    import { defaultEnvironment } from ${source('src/runtime/assembly/environment.ts')};
    await quant.start(${file('memory.yaml', 'journal: memory')}, () => {
      trade(['1']);
      ${body}
    });
    await quant.stop();`;
  const full = `Object.assign(new Error('database or disk is full'), { errcode: 13 })`;

  it('not a journal that cannot be closed: said once, and the exit status is that of the orders', async () => {
    const { status, out } = await run(failing(`defaultEnvironment().journal.close = () => Promise.reject(${full});`))
      .ended;
    expect(out.match(/closing journal and connections failed/g)).toHaveLength(1);
    expect(out).not.toContain('uncaught');
    expect(status).toBe(0);
  });

  it('not a last step that never ends', async () => {
    const { status, out } = await run(failing(`defaultEnvironment().journal.close = () => new Promise(() => {});`))
      .ended;
    expect(out).toContain('closing journal and connections takes too long');
    expect(status).toBe(0);
  }, 20_000);
});
