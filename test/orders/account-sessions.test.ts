// Who shares the connections to an account: Trades that reach it in the same way, and nobody else.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TradeError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { TradeOptions } from '../../src/orders/trade-options.ts';
import { Stage } from './support/stage.ts';

describe('sessions', () => {
  it('Trades with the same key, secrets and timings share one; the last to leave closes it', async () => {
    const stage = new Stage();
    const options = { passphrase: 'words', timings: { requestTimeout: 300 } };
    const { trade: first } = await stage.ready(options);
    const { trade: second } = await stage.ready({ ...options, secretKey: new Secret('secret'), strategy: 'other' });
    expect(stage.venue.opened).toBe(1);
    await first.close();
    expect(stage.venue.closed).toBe(0);
    await second.close();
    expect(stage.venue.closed).toBe(1);
  });

  it.each<[string, Partial<TradeOptions>]>([
    ['another secret', { secretKey: 'wrong' }],
    ['another passphrase', { passphrase: 'other words' }],
    ['no passphrase', { passphrase: undefined }],
    ['other timings', { timings: { requestTimeout: 300 } }],
  ])('%s is another session', async (_what, different) => {
    const stage = new Stage();
    const { trade: first } = await stage.ready({ passphrase: 'words' });
    const { trade: second } = await stage.ready({ passphrase: 'words', ...different });
    expect(stage.venue.opened).toBe(2);
    await second.close();
    expect(stage.venue.closed).toBe(1);
    await first.close();
    expect(stage.venue.closed).toBe(2);
  });

  it('show no key', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready({ accessKey: 'a-key' });
    expect(inspect(stage.environment.sessions, { depth: Infinity, showHidden: true })).not.toContain('a-key');
    await trade.close();
  });

  it('one that failed for good is shared with nobody who comes later', async () => {
    const stage = new Stage();
    const { trade: first, told } = await stage.ready();
    stage.venue.handlers?.onFatal(new TradeError('no such key', { kind: 'auth', outcome: 'rejected' }));
    expect(told.errors).toMatchObject([{ kind: 'auth' }]);
    const { trade: second } = await stage.ready();
    expect(stage.venue.opened).toBe(2);
    await first.close();
    await second.close();
    expect(stage.venue.closed).toBe(2);
  });
});
