// Fault plans: the ready-made ones are valid and many, files are read, and mistakes are named; the manual knows every fault.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FAULT_NAMES, FAULT_PLANS, loadFaults, parseFaults, resolveFaults } from '../../../src/simulator/index.ts';

describe('ready-made plans', () => {
  it('are valid, have names of their own, and together use every fault', () => {
    expect(FAULT_PLANS.length).toBeGreaterThanOrEqual(21);
    expect(new Set(FAULT_PLANS.map((plan) => plan.name)).size).toBe(FAULT_PLANS.length);
    const used = new Set<string>();
    for (const plan of FAULT_PLANS) {
      expect(parseFaults({ ...plan }, plan.name)).toEqual(plan);
      for (const rule of plan.rules) used.add(rule.fault);
    }
    // Only a client that is lied to by name ever needs this one.
    expect(FAULT_NAMES.filter((name) => !used.has(name))).toEqual(['order-not-found']);
  });
});

describe('plans from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  it('come as YAML or JSON, as a plan or as a bare list', () => {
    const yaml = write(
      'mine.yaml',
      'description: test\nrules:\n  - fault: reply-lost\n    operation: [create, cancel]\n    probability: 0.5\n',
    );
    expect(resolveFaults(yaml)).toEqual({
      name: 'mine',
      description: 'test',
      rules: [{ fault: 'reply-lost', operation: ['create', 'cancel'], probability: 0.5 }],
    });
    const json = write('list.json', '[{"fault":"half-open","at":1000}]');
    expect(loadFaults(json)).toEqual({ name: 'list', description: '', rules: [{ fault: 'half-open', at: 1000 }] });
    expect(resolveFaults('cuts').rules.length).toBeGreaterThan(0);
  });

  it.each([
    ['unknown fault', '[{"fault":"meteor"}]', 'rules.0.fault'],
    ['bad probability', '[{"fault":"ban","probability":2}]', 'rules.0.probability'],
    ['misspelt field', '[{"fault":"ban","propability":1}]', 'propability'],
    ['foreign parameter', '[{"fault":"ban","skewMs":1}]', 'ban has no skewMs; it takes retryAfterMs'],
    ['missing parameter', '[{"fault":"clock-skew"}]', 'clock-skew needs skewMs'],
    ['stream of a request', '[{"fault":"reply-lost","stream":"private"}]', 'reply-lost cannot be narrowed to stream'],
    ['operation of a push', '[{"fault":"push-late","operation":"create"}]', 'cannot be narrowed to operation'],
    ['symbol of a socket', '[{"fault":"half-open","symbol":"EOS/USDT"}]', 'to symbol only together with operation'],
    [
      'account of an address',
      '[{"fault":"exchange-restart","account":"a"}]',
      'to account only together with operation',
    ],
    ['chance of a clock', '[{"fault":"clock-skew","skewMs":1,"probability":0.5}]', 'clock-skew lasts from'],
    ['no rules', '{"name":"x"}', 'rules'],
    ['broken text', '{"rules": [', 'bad.json'],
  ])('are refused with the field: %s', (_, text, message) => {
    expect(() => loadFaults(write('bad.json', text))).toThrow(message);
  });

  it('say so when they are not there', () => {
    expect(() => resolveFaults(join(folder, 'none.yaml'))).toThrow('ENOENT');
    expect(() => resolveFaults('meteor')).toThrow('replies-lost');
    rmSync(folder, { recursive: true });
  });
});

describe('docs/faults.md', () => {
  const text = readFileSync(new URL('../../../docs/faults.md', import.meta.url), 'utf8');

  it('explains every fault, each with an example that is valid', () => {
    for (const name of FAULT_NAMES) {
      expect(text).toContain(`### ${name}\n`);
      const section = text.split(`### ${name}\n`)[1]?.split('\n##')[0] ?? '';
      const example = /```yaml\n([\s\S]*?)```/.exec(section)?.[1];
      expect(example).toBeDefined();
      const plan = parseFaults(parse(example ?? ''), name);
      expect(plan.rules.some((rule) => rule.fault === name)).toBe(true);
    }
  });

  it('lists every ready-made plan', () => {
    for (const plan of FAULT_PLANS)
      expect(text.replace(/ +/g, ' ')).toContain(`| \`${plan.name}\` | ${plan.description} |`);
  });
});
