// The client process of the order-update cases: one contender, named by the first argument.
import { answer } from '../harness/child.ts';
import { orderFrames, type Expected } from '../harness/order-frames.ts';
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
let expected: readonly Expected[] = [];

answer({
  async connect(target: Target, count: number, clientIdPrefix: string, startTime: number) {
    expected = orderFrames(target.exchange, count, clientIdPrefix, startTime).expected;
    await client.connect(target, recorder.callback);
  },
  expect(_from: number, count: number, timed: boolean) {
    recorder.reset(timed, count);
  },
  /** For the soak: the states of one block of its own, every order of which ends. Returns how many they are. */
  expectBlock(block: number, orders: number, clientIdPrefix: string, startTime: number) {
    expected = orderFrames('binance', Infinity, clientIdPrefix, startTime, orders, block * orders).expected;
    recorder.reset(false, expected.length);
    return expected.length;
  },
  measure: (from: number, to: number) => recorder.measure(expected.slice(from, to), async () => client.flush?.()),
  close: () => client.close?.(),
  /** Leaves by itself, so that a profile is written. */
  exit() {
    setTimeout(() => process.exit(0), 50);
  },
  memory() {
    expected = [];
    recorder.reset(false, 0);
    globalThis.gc?.();
    return process.memoryUsage();
  },
});
