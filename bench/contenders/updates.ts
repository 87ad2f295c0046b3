// The client process of the order-update cases: one contender, named by the first argument.
import { answer } from '../harness/child.ts';
import { expectedStates, type Expected } from '../harness/order-frames.ts';
import { Recorder, type Target, type UpdatesClient } from './kit.ts';

const name = process.argv[2] ?? '';
async function contender(): Promise<UpdatesClient> {
  switch (name) {
    case 'floor':
      return (await import('./updates-floor.ts')).floor;
    case 'aioquant':
      return (await import('./updates-aioquant.ts')).aioquant;
    case 'ccxt':
      return (await import('./updates-peers.ts')).ccxt;
    case 'sdk':
      return (await import('./updates-peers.ts')).sdk;
    default:
      throw new Error(`no such contender: ${name}`);
  }
}
const client = await contender();
const recorder = new Recorder();
/** Of the frames still to come. */
let expected: Iterator<Expected> = [][Symbol.iterator]();

answer({
  async connect(target: Target, clientIdPrefix: string, startTime: number) {
    expected = expectedStates(target.exchange, { clientIdPrefix, startTime });
    await client.connect(target, recorder.callback);
  },
  expect(count: number, timed: boolean) {
    recorder.reset(timed, count);
  },
  /** For the soak: the states of one block of its own, every order of which ends. */
  expectBlock(block: number, orders: number, clientIdPrefix: string, startTime: number) {
    expected = expectedStates('binance', { clientIdPrefix, startTime, orders, first: block * orders });
    recorder.reset(false, 0);
  },
  measure: (count: number) => recorder.measure(expected, count, async () => client.flush?.()),
  close: () => client.close?.(),
  /** Leaves by itself, so that a profile is written. */
  exit() {
    setTimeout(() => process.exit(0), 50);
  },
  memory() {
    recorder.reset(false, 0);
    globalThis.gc?.();
    return { ...process.memoryUsage(), tracked: client.tracked?.() ?? 0 };
  },
});
