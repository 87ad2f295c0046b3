// The log: levels, fields, and that nothing secret gets into a line whatever is handed to it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Decimal } from '../../src/domain/decimal.ts';
import { TradeError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import { loggerTo, type LogLevel } from '../../src/runtime/logger.ts';

const fieldsSchema = z.record(z.string(), z.unknown());

function written(use: (log: ReturnType<typeof loggerTo>) => void, level?: LogLevel): Record<string, unknown>[] {
  const lines: string[] = [];
  use(loggerTo({ write: (line) => void lines.push(line) }, level));
  return lines.map((line) => fieldsSchema.parse(JSON.parse(line)));
}

describe('a line', () => {
  it('merges objects, appends plain values, and says its level and time', () => {
    const [line] = written((log) =>
      log.info('order accepted', 'fast', 3, { orderId: '7' }, { price: Decimal.from('0.1') }),
    );
    expect(line).toMatchObject({ level: 'info', msg: 'order accepted fast 3', orderId: '7', price: '0.1' });
    expect(line).toHaveProperty('time', expect.stringMatching(/^\d{4}-\d\d-\d\dT/));
  });

  it('keeps what helps of an error, its cause included', () => {
    const error = new TradeError('no', { kind: 'auth', outcome: 'rejected', code: '-2015', cause: new Error('why') });
    expect(written((log) => log.error('failed', error))[0]).toMatchObject({
      error: { type: 'TradeError', message: 'no', kind: 'auth', code: '-2015', cause: { message: 'why' } },
    });
  });

  it('takes whatever was caught for its message, and never throws', () => {
    const noText = Object.assign(new Error('x'), { message: { code: 'a=b' } });
    const lines = written((log) => {
      const careless = (message: unknown, ...fields: unknown[]): void => log.error(message as string, ...fields);
      careless(new TypeError('boom'), { orderId: '7' });
      careless(undefined);
      careless(null, 'then');
      careless(5);
      careless({ code: 'a=b', passphrase: 'hush' }, 'refused');
      careless(['a-b', 'signature=hush']);
      careless('failed', noText);
    });
    expect(lines).toMatchObject([
      { msg: 'boom', orderId: '7', err: { type: 'TypeError', message: 'boom', stack: expect.any(String) as string } },
      { msg: 'undefined' },
      { msg: 'null then' },
      { msg: '5' },
      { msg: 'refused', code: 'a=b', passphrase: '[secret]' },
      { msg: '["a-b","signature=[secret]"]' },
      { msg: 'failed', err: { message: { code: 'a=b' } } },
    ]);
  });

  it('of what cannot be looked at it says so, and goes on', () => {
    const fail = (): never => {
      throw new Error('not to be looked at');
    };
    const trap = Object.defineProperty({}, 'x', { enumerable: true, get: fail });
    const lines = written((log) => {
      log.info('getter', trap, { orderId: '7' });
      log.info('deep', { a: { toJSON: fail }, b: 1 });
      log.info('proxy', new Proxy({}, { ownKeys: fail }));
      log.error('name', Object.assign(new Error('x'), { name: Symbol('odd') }));
      log.error(Object.defineProperty(new Error('x'), 'message', { get: fail }) as unknown as string);
    });
    expect(lines).toMatchObject([
      { msg: 'getter [cannot be shown]', orderId: '7' },
      { msg: 'deep', a: '[cannot be shown]', b: 1 },
      { msg: 'proxy [cannot be shown]' },
      { msg: 'name', err: '[cannot be shown]' },
      { msg: 'an error that has no text', err: '[cannot be shown]' },
    ]);
  });

  it('shows what JSON has no word for', () => {
    const [line] = written((log) =>
      log.info('since', new Date(0), NaN, Symbol('s'), { spread: -Infinity, when: new Date(NaN) }),
    );
    expect(line).toMatchObject({
      msg: 'since 1970-01-01T00:00:00.000Z NaN Symbol(s)',
      spread: '-Infinity',
      when: 'Invalid Date',
    });
  });

  it('keeps its own level, time and message beside fields of those names', () => {
    const lines: string[] = [];
    loggerTo({ write: (line) => void lines.push(line) }).info('refused', {
      code: '51000',
      msg: 'no',
      time: 5,
      level: 2,
    });
    expect(lines[0]?.match(/"(?:level|time|msg)":/g)).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      msg: 'refused',
      code: '51000',
      msg_: 'no',
      time_: 5,
      level_: 2,
    });
  });

  it('is not written below the level, and its fields are not even looked at', () => {
    let looked = false;
    const field = {
      get price() {
        looked = true;
        return 1;
      },
    };
    const lines = written((log) => {
      log.debug('tick', field);
      log.info('tick', field);
      log.warn('kept');
    }, 'warn');
    expect(lines.map(({ msg }) => msg)).toEqual(['kept']);
    expect(looked).toBe(false);
  });
});

describe('nothing secret gets into a line', () => {
  const hush = 'hush-hush';
  const pem = `-----BEGIN PRIVATE KEY-----\n${hush}\n-----END PRIVATE KEY-----`;
  const cause = Object.assign(new Error(`GET /api/v3/order?symbol=A&signature=${hush} failed`), {
    request: {
      headers: { 'X-MBX-APIKEY': hush, 'OK-ACCESS-SIGN': hush, accept: 'json' },
      body: `{"secretKey":"${hush}"}`,
    },
  });
  it.each([
    ['a Secret', { key: new Secret(hush) }],
    ['fields by name', { accessKey: hush, secretKey: hush, deep: [{ passphrase: hush, apiKey: hush }] }],
    ['an error with request and headers', new TradeError('x', { kind: 'unknown', outcome: 'unknown', cause })],
    ['a URL', `https://x.test/?Signature=${hush}&AccessKeyId=${hush}`],
    ['a private key', { note: pem }],
    ['a map', new Map([['signature', hush]])],
  ])('%s', (_name, field) => {
    const lines: string[] = [];
    loggerTo({ write: (line) => void lines.push(line) }).error('failed', field);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(hush);
  });
});

it('nor where a long text is cut in the middle of it', () => {
  const long = JSON.stringify({ body: 'x'.repeat(4_060), secretKey: 'hush-hush-hush', more: 'y'.repeat(100) });
  const [line] = written((log) => log.error('refused', { cause: long }));
  expect(line?.['cause']).toMatch(/x","secretKey":"\[secret\]"… \(\d+ characters\)$/);
});

it('A20: appends to the log file of the configuration and deletes nothing beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aioquant-log-'));
  writeFileSync(join(folder, 'precious.txt'), 'mine');
  const file = join(folder, 'strategy.log');
  const source = new URL('../../src/runtime/logger.ts', import.meta.url).href;
  const script = `
    const { configureLogger, logger } = await import(${JSON.stringify(source)});
    await configureLogger({ level: 'info', file: ${JSON.stringify(file)} });
    logger.info('hello'); logger.debug('unheard');`;
  for (let run = 0; run < 2; run++) {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({ msg: 'hello' });
  }
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  expect(readdirSync(folder).sort()).toEqual(['precious.txt', 'strategy.log']);
});

// /dev/full is Linux's own: a disk without room.
it.skipIf(process.platform !== 'linux')('a full disk costs the lines of the file and nothing else', () => {
  const script = `
    import { configureLogger, logger } from ${JSON.stringify(new URL('../../src/runtime/logger.ts', import.meta.url).href)};
    await configureLogger({ level: 'info', file: '/dev/full' });
    logger.info('one');
    logger.error('two');
    await new Promise((resolve) => setTimeout(resolve, 10));
    logger.info('three');`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => fieldsSchema.parse(JSON.parse(line))['msg']),
  ).toEqual(['one', 'two', 'three']);
  expect(status).toBe(0);
});

describe('a reader that pauses', { concurrent: true, timeout: 60_000 }, () => {
  const MESSAGES = 800;
  /** Writes three megabytes, says in a file how long its event loop stood still at most, and a last line once it may. */
  const writer = `
    import { existsSync, renameSync, writeFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { configureLogger, logger } from ${JSON.stringify(new URL('../../src/runtime/logger.ts', import.meta.url).href)};
    await configureLogger({ level: 'info', format: process.argv[2] });
    let longest = 0;
    let last = performance.now();
    setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const filler = 'x'.repeat(4_000);
    for (let number = 1; number <= ${MESSAGES}; number++) {
      logger.info('message ' + number, filler);
      if (number % 20 === 0) await sleep(5);
    }
    writeFileSync('longest.new', String(longest));
    renameSync('longest.new', 'longest');
    while (!existsSync('read')) await sleep(20);
    await sleep(200);
    logger.info('the last one');
    process.exit(0);`;
  const reader = 'while [ ! -e read ]; do sleep 0.05; done; cat';

  it.each([
    ['a pipe', 'json'],
    ['a pipe', 'pretty'],
    ['a socket', 'json'],
  ])(
    'does not hold the process up, %s, %s: lines are dropped, counted, and the last ones are there',
    async (kind, format) => {
      const folder = mkdtempSync(join(tmpdir(), 'aioquant-paused-'));
      writeFileSync(join(folder, 'writer.mjs'), writer);
      const node = [process.execPath, 'writer.mjs', format];
      const [command = '', ...args] = kind === 'a pipe' ? ['sh', '-c', `${node.join(' ')} | { ${reader}; }`] : node;
      const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
      const ended = once(child, 'close');
      try {
        const longest = join(folder, 'longest');
        await vi.waitFor(() => readFileSync(longest), { timeout: 20_000, interval: 50 });
        expect(Number(readFileSync(longest, 'utf8'))).toBeLessThan(2_000);
        let out = '';
        child.stdout.on('data', (chunk) => {
          out += String(chunk);
        });
        writeFileSync(join(folder, 'read'), '');
        await ended;
        const numbers = [...out.matchAll(/message (\d+)/g)].map(([, number]) => Number(number));
        const missing = [...out.matchAll(/lines missing here, as nobody read them for too long: (\d+)/g)];
        expect(missing).toHaveLength(1);
        expect(numbers).toEqual(Array.from(numbers, (_, index) => index + 1));
        expect(numbers.length + Number(missing[0]?.[1])).toBe(MESSAGES);
        expect(numbers.length).toBeGreaterThan(200);
        expect(out.trimEnd().split('\n').at(-1)).toContain('the last one');
      } finally {
        if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      }
    },
  );

  it('what waits leaves line by line: of a process that is killed meanwhile none is cut', async () => {
    const script = `
      import { setTimeout as sleep } from 'node:timers/promises';
      import { configureLogger, logger } from ${JSON.stringify(new URL('../../src/runtime/logger.ts', import.meta.url).href)};
      await configureLogger({ level: 'info' });
      for (let number = 1; number <= 8_000; number++) {
        logger.info('message ' + number, 'x'.repeat(100));
        if (number % 200 === 0) await sleep(5);
      }
      console.error('written');
      await sleep(60_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close');
    await once(child.stderr, 'data');
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
      if (child.signalCode === null && out.length > 300_000) child.stdout.pause();
    });
    await vi.waitFor(() => expect(child.stdout.isPaused()).toBe(true), { timeout: 20_000, interval: 20 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGKILL');
    await once(child, 'exit');
    child.stdout.resume();
    await ended;
    expect(out.length).toBeLessThan(1_000_000);
    expect(out.endsWith('\n')).toBe(true);
  });
});
