// A process that only waits: bare Node with the two network libraries, or with an idle Trade.
import { answer } from '../harness/child.ts';
import type { Target } from './kit.ts';

const kind = process.argv[2] ?? '';

answer({
  async connect(target: Target) {
    if (kind === 'bare') {
      await import('ws');
      await import('undici');
      return;
    }
    const { aioquant } = await import('./updates-aioquant.ts');
    await aioquant.connect(target, () => undefined);
  },
});
