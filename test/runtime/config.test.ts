// Configuration: what a good file gives, and that each mistake is named with its field and its remedy.
import { inspect } from 'node:util';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/runtime/config-problems.ts';
import { config, parseConfig, readConfig, useConfig } from '../../src/runtime/config.ts';

const GOOD = `
serverId: my-box-1
log: { level: debug }
grid: { size: 5 }
accounts:
  - name: issue5@gmail.com
    platform: okx
    accessKey: "\${OKX_KEY}"
    secretKey: "\${OKX_SECRET}"
    passphrase: "\${OKX_PASS}"
    symbols: [EOS/USDT, BTC/USDT]
    unfinishedOrders: { crash: keep, whose: own }
`;
const ENV = { OKX_KEY: 'key-1', OKX_SECRET: 'hush-1', OKX_PASS: 'hush-2' };

function mistake(text: string, source = 'config.yaml', env: NodeJS.ProcessEnv = {}): string {
  try {
    parseConfig(text, source, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
  return 'no mistake found';
}

const entry = (more: string): string =>
  `accounts: [{ name: a, platform: htx, accessKey: k, secretKey: s, symbols: [BTC/USDT]${more} }]`;

describe('a good file', () => {
  it('gives options ready for a Trade, with variables put in and defaults filled', () => {
    const loaded = parseConfig(GOOD, 'config.yaml', ENV);
    const options = loaded.account('issue5@gmail.com');
    expect(options).toMatchObject({
      platform: 'okx',
      account: 'issue5@gmail.com',
      accessKey: 'key-1',
      endpoints: 'live',
      symbol: 'EOS/USDT',
      unfinishedOrders: { start: 'adopt', stop: 'revoke', crash: 'keep', whose: 'own' },
    });
    expect(options.secretKey.reveal()).toBe('hush-1');
    expect(options.passphrase?.reveal()).toBe('hush-2');
    expect(loaded.account()).toEqual(options);
  });

  it('hands the keys that are not ours to the user', () => {
    expect(parseConfig(GOOD, 'config.yaml', ENV)['grid']).toEqual({ size: 5 });
  });

  it('leaves to the user what is short, or means something else at the top', () => {
    const own = `step: 5\nlot: '0.1'\nsymbols: [EOS/USDT]\ntimings: { every: 5 }`;
    expect(parseConfig(`${GOOD}${own}`, 'config.yaml', ENV)).toMatchObject({
      step: 5,
      lot: '0.1',
      symbols: ['EOS/USDT'],
      timings: { every: 5 },
    });
  });

  it('may be read although an account is not as its exchange wants it, for whoever looks after the others', () => {
    const text = entry('').replace('htx', 'okx');
    expect(parseConfig(text, 'config.yaml', {}, { accounts: false }).accounts).toHaveLength(1);
  });

  it('may be JSON', () => {
    const text = JSON.stringify({ serverId: '${BOX:-spare}', accounts: [] });
    expect(parseConfig(text, 'config.json', {}).serverId).toBe('spare');
  });

  it.each(['config.json', 'config.yaml'])('may begin with a mark of its encoding (%s)', (source) => {
    expect(parseConfig('\uFEFF{ "serverId": "box" }\r\n', source, {}).serverId).toBe('box');
  });

  it('knows the journal by its whole path: a strategy may go to another folder before it is opened', () => {
    expect(parseConfig('journal: data/j.sqlite', 'config.yaml').journal).toBe(resolve('data/j.sqlite'));
    expect(parseConfig('journal: memory', 'config.yaml').journal).toBe('memory');
  });

  it('takes a proxy, whose URL is a secret', () => {
    const { proxy } = parseConfig("proxy: '${PROXY}'", 'config.yaml', { PROXY: 'http://me:hush@proxy.lan:7890' });
    expect(proxy?.reveal()).toBe('http://me:hush@proxy.lan:7890');
    expect(JSON.stringify({ proxy })).not.toContain('hush');
    expect(parseConfig('{}', 'config.yaml').proxy).toBeUndefined();
  });

  it('A16: shows no secret when printed or serialised', () => {
    const loaded = parseConfig(GOOD, 'config.yaml', ENV);
    expect(inspect(loaded, { depth: 9 }) + JSON.stringify(loaded)).not.toMatch(/hush/);
  });

  it('fills the config that others have imported already', () => {
    expect(() => config.account()).toThrow(/no accounts; give one with -c FILE$/);
    const before = { ...config };
    useConfig(parseConfig(GOOD, 'config.yaml', ENV));
    expect(config.serverId).toBe('my-box-1');
    expect(config.account('issue5@gmail.com').platform).toBe('okx');
    useConfig(before);
    expect(config['grid']).toBeUndefined();
  });
});

describe('a mistake is named with its field and its remedy', () => {
  it.each([
    [
      'unset variable',
      `accounts: [{ secretKey: "\${OKX_SECRET}" }]`,
      'accounts[0].secretKey: environment variable OKX_SECRET is not set; set it, e.g. export OKX_SECRET=…',
    ],
    [
      'missing field',
      `accounts: [{ name: a, platform: okx, secretKey: s }]`,
      'accounts[0].accessKey: is missing; add it',
    ],
    [
      'misspelt field',
      entry('').replace('secretKey', 'secret_key'),
      'accounts[0].secretKey: is missing; rename "secret_key"',
    ],
    [
      'platform',
      entry('').replace('htx', 'mtgox'),
      'accounts[0].platform: expected binance, okx, htx; got the string "mtgox"',
    ],
    [
      'symbol',
      entry('').replace('BTC/USDT', 'BTCUSDT'),
      'accounts[0].symbols[0]: expected BASE/QUOTE such as BTC/USDT, got "BTCUSDT"',
    ],
    [
      'number as text',
      entry('').replace('accessKey: k', 'accessKey: 12'),
      'accounts[0].accessKey: expected text, got a number; put it in quotes',
    ],
    ['policy', entry(', unfinishedOrders: { stopp: keep }'), 'accounts[0].unfinishedOrders: unknown key "stopp"'],
    [
      'policy value',
      entry(', unfinishedOrders: { stop: maybe }'),
      'accounts[0].unfinishedOrders.stop: expected revoke, keep',
    ],
    ['endpoints', entry(', endpoints: moon'), 'accounts[0].endpoints: expected live, testnet, or an object of URLs'],
    [
      'log level',
      'log: { level: loud }',
      'log.level: expected debug, info, warn, error, silent; got the string "loud"',
    ],
    ['not a list', 'accounts: 5', 'accounts: expected a list, got the number 5'],
    ['not an object', '[]', 'the file: expected an object, got a list'],
    ['a misspelt key with a default', 'supervisr: { lease: 5 }', 'supervisr: is unknown; rename it to "supervisor"'],
    [
      'two letters exchanged',
      entry('').replace('symbols', 'sybmols'),
      'accounts[0].sybmols: is unknown; rename it to "symbols"',
    ],
    [
      'a safety key in other letters',
      entry(', unfinishedorders: { start: revoke }'),
      'accounts[0].unfinishedorders: is unknown; rename it to "unfinishedOrders"',
    ],
    [
      'a key one level too deep',
      entry(', deadMansSwitch: 5'),
      'config.yaml: accounts[0].deadMansSwitch: belongs at the top level; move it there',
    ],
    ['a key one level too high', 'endpoints: testnet', 'endpoints: belongs in an account; move it'],
    [
      'an option of a Trade',
      entry(', timings: { requestTimeout: -1 }'),
      'accounts[0].timings: is an option of a Trade; give it to new Trade',
    ],
    [
      'a URL inside endpoints',
      entry(', endpoints: { rest: 5 }'),
      'accounts[0].endpoints.rest: expected a http(s):// URL, got 5',
    ],
    [
      'a name inside endpoints',
      entry(', endpoints: { rset: "https://x" }'),
      'accounts[0].endpoints.rset: unknown; HTX has rest, wsMarket',
    ],
    [
      'a testnet that does not exist',
      entry(', endpoints: testnet'),
      'config.yaml: accounts[0].endpoints: HTX has no testnet',
    ],
    [
      'a passphrase that is missing',
      entry('').replace('htx', 'okx'),
      'config.yaml: accounts[0].passphrase: required for OKX',
    ],
    [
      'a key copied with an ellipsis',
      entry('').replace('accessKey: k', 'accessKey: k…'),
      'config.yaml: accounts[0].accessKey: holds a character that no key has; copy it again',
    ],
    ['a lease too short', 'supervisor: { lease: 0 }', 'config.yaml: supervisor.lease: must be at least 1 second'],
    ['a share of a restart', 'supervisor: { maxRestarts: 1.5 }', 'supervisor.maxRestarts: expected a whole number'],
    [
      'a home folder as shells write it',
      'journal: ~/j.sqlite',
      'journal: begins with "~", which only shells know; write ${HOME}',
    ],
    ['the same for the log', "log: { file: '~/a.log' }", 'log.file: begins with "~"'],
    ['broken YAML', 'a: [1\nb: 2', 'is not valid YAML near line'],
  ])('%s', (_name, text, message) => {
    expect(mistake(text)).toContain(message);
  });

  it.each([
    '10.0.0.1:7890',
    'socks5://me:hush@proxy.lan:1080',
    'http://me:hush@proxy.lan/path',
    '[hush]',
    '{ url: hush }',
  ])('a proxy that is none (%s), without its password', (proxy) => {
    const said = mistake(`proxy: ${proxy}`);
    expect(said).toMatch(/proxy: expected (http:\/\/host:port or |a string)/);
    expect(said).not.toContain('hush');
  });

  it('A19: names every mistake of a file', () => {
    expect(mistake('log: { level: loud }\naccounts: [{ name: a }]')).toMatch(/^config.yaml: 4 mistakes\n/);
  });

  it('refuses two accounts of one name', () => {
    const one = '{ name: a, platform: htx, accessKey: k, secretKey: s }';
    expect(mistake(`accounts: [${one}, ${one}]`)).toContain('accounts[1].name: "a" is already accounts[0]');
  });

  it('never repeats what stands in a secret field, nor in a broken JSON file', () => {
    expect(mistake(entry('').replace('secretKey: s', 'secretKey: [hush]'))).not.toContain('hush');
    expect(mistake('{"secretKey": "hush" oops}', 'config.json')).toMatch(/^config.json: is not valid JSON near line 1/);
    expect(mistake('{"secretKey": "hush" oops}', 'config.json')).not.toContain('hush');
  });

  it.each([
    ['*S3cret', 6, 'refers to an earlier "&", and there is none; put it in single quotes'],
    ['&x *S3cret', 6, 'is a reference'],
    ['|S3cret', 6, 'this cannot stand here'],
    ['> S3cret', 6, 'this cannot stand here'],
    [']S3cret', 6, 'this cannot stand here'],
    ['"a"S3cret', 6, 'this cannot stand here'],
    ['!x!S3cret y', 6, 'begins with "!"'],
    ['!S3cret y', 6, 'begins with "!"'],
    ['@S3cret', 6, 'no value can begin with this character'],
    ['S3cret: y', 6, 'a second ": "'],
    ['"\\S3cret"', 6, 'use single quotes'],
    ['"S3cret', 8, 'a closing quote'],
    ['[S3cret', 7, 'a bracket is not closed'],
    ['a\n%S3cret\n', 7, 'a key'],
    ['a\n    passphrase: S3cret', 7, 'stands there twice'],
    ['a\n   x: S3cret', 7, 'the indentation is wrong'],
    ['a\n\tx: S3cret', 7, 'a tab'],
    ['a\n---\nS3cret: 1', 7, 'another document'],
  ])(
    'a mistake in YAML is told by its place and its kind, and nothing of it is quoted: passphrase: %j',
    (value, line, meaning) => {
      const text = `accounts:\n  - name: a\n    platform: okx\n    accessKey: k\n    secretKey: s\n    passphrase: ${value}\n    grid: 1\n`;
      const said = mistake(text);
      expect(said).toMatch(
        new RegExp(`^config\\.yaml: is not valid YAML near line ${line}, column \\d+: .* \\([A-Z_]+\\)$`),
      );
      expect(said).toContain(meaning);
      expect(said).not.toMatch(/S3|cret/);
    },
  );

  it.each([
    'name me\nsecretKey S3cret',
    'accounts:\n  - name=a\n    secretKey=S3cret',
    'accounts: S3cret',
    'log: S3cret',
  ])('nor where lines are no YAML, and so one text: %j', (text) => {
    const said = mistake(text);
    expect(said).toMatch(/: expected (?:an object|a list), got a text; write ": " after each key/);
    expect(said).not.toContain('S3cret');
  });

  it('a key that stands twice in JSON, too', () => {
    const text = '{\n\t"accounts": [{\n\t\t"secretKey": "S3cret",\n\t\t"secretKey": "S3cret" }] }';
    expect(mistake(text, 'config.json')).toBe(
      'config.json: near line 4, column 3: this key stands there twice; remove one of them',
    );
  });

  it('a file in UTF-16, as some shells write it', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'aioquant-')), 'config.yaml');
    writeFileSync(file, Buffer.from(`\uFEFF${GOOD}`, 'utf16le'));
    expect(() => readConfig(file, ENV)).toThrow(`${file}: is written in UTF-16; save it as UTF-8`);
  });

  it('nor in a warning', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    expect(mistake(entry('').replace('secretKey: s', 'secretKey: {{ S3cret }}'))).toContain('accounts[0].secretKey');
    expect(warned).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('nor where references cannot be followed', () => {
    const many = (of: string): string => `[${Array.from({ length: 20 }, () => of).join(', ')}]`;
    const text = `a: &a ${many('S3cret')}\nb: &b ${many('*a')}\nc: &c ${many('*b')}\nd: ${many('*c')}`;
    expect(mistake(text)).toBe('config.yaml: is not valid YAML: its references ("&" and "*") cannot be followed');
  });

  it('a path that leads to no file', () => {
    expect(() => readConfig('/no/such/file.yaml')).toThrow('/no/such/file.yaml: no such file; check the path');
    const below = join(import.meta.filename, 'file.yaml');
    expect(() => readConfig(below)).toThrow(`${below}: no such file; check the path`);
    const folder = import.meta.dirname;
    expect(() => readConfig(folder)).toThrow(`${folder}: is a folder; give the path of a file in it with -c`);
  });

  it('an account that the file does not have', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'aioquant-')), 'config.yaml');
    writeFileSync(file, GOOD);
    expect(() => readConfig(file, ENV).account('nobody')).toThrow(
      'config.account("nobody"): the configuration has "issue5@gmail.com"',
    );
    expect(() => parseConfig('', file).account()).toThrow(
      'config.account(): the configuration has no accounts; add at least one under "accounts:"',
    );
  });
});
