// Every exchange is a folder with the same files, and the page about the exchanges says what their capability sheets say.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXCHANGES } from '../../src/exchanges/index.ts';

const FILES = [
  'index',
  'endpoints',
  'sign',
  'symbols',
  'limits',
  'frames',
  'decode',
  'encode',
  'outcomes',
  'rest',
  'account-feed',
  'market-feed',
  'market',
  'trading',
];
const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/exchanges.md', root), 'utf8');

/** The cells of one row of the page's table, by the exchange's column. */
function row(name: string): ReadonlyMap<string, string> {
  const cells = (line: string): string[] => line.split('|').map((cell) => cell.trim());
  const lines = page.split('\n').filter((line) => line.startsWith('|'));
  const head = cells(lines[0] ?? '');
  const found = cells(lines.find((line) => cells(line)[1] === name) ?? '');
  return new Map(head.map((exchange, index) => [exchange.toLowerCase(), found[index] ?? '']));
}

describe.each(EXCHANGES.map((exchange) => [exchange.platform, exchange] as const))(
  '%s',
  (platform, { capabilities, clientOrderIds }) => {
    it.each(FILES)('has %s.ts', (file) => {
      expect(existsSync(new URL(`src/exchanges/${platform}/${file}.ts`, root))).toBe(true);
    });

    it('has a dialect in the simulator', () => {
      expect(existsSync(new URL(`src/simulator/${platform}/index.ts`, root))).toBe(true);
    });

    it('is described as it is', () => {
      expect(row('client order ids').get(platform)).toContain(`up to ${clientOrderIds.maxLength}`);
      expect(row('passphrase').get(platform)).toBe(capabilities.passphrase ? 'yes' : 'no');
      expect(row('Ed25519 keys').get(platform)?.startsWith('yes')).toBe(capabilities.ed25519Keys);
      expect(row('testnet').get(platform)?.startsWith('none')).toBe(!capabilities.testnet);
      expect(row('post-only that would take').get(platform)?.startsWith('refused')).toBe(
        capabilities.postOnlyCrossing === 'refused',
      );
      expect(row('fee of a fill').get(platform) === 'with the fill').toBe(capabilities.feeWithFill);
      expect(row('market buy by base quantity').get(platform)?.startsWith('yes')).toBe(capabilities.marketBuyByBase);
      expect(row('canceled without a fill').get(platform)?.startsWith('forgotten')).toBe(
        capabilities.forgetsCanceledAfterMs !== null,
      );
      const { deadMansSwitch } = capabilities;
      expect(row("dead man's switch").get(platform)).toContain(
        deadMansSwitch === null ? 'none' : `${deadMansSwitch.minSeconds}`,
      );
    });
  },
);
