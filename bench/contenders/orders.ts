// The client process of the order-placement cases: one contender and one way, named by the arguments.
import { answer } from '../harness/child.ts';
import type { Target } from './kit.ts';

export interface OrdersClient {
  /** Resolves with what places one order and resolves with the exchange's id. */
  connect(target: Target): Promise<(clientOrderId: string) => Promise<string>>;
}

const [, , name = '', way = ''] = process.argv;
async function contender(): Promise<OrdersClient> {
  const kind = way === 'rest' ? 'rest' : 'ws';
  switch (name) {
    case 'floor': {
      const floors = await import('./orders-floor.ts');
      return kind === 'rest' ? floors.restFloor : floors.socketFloor;
    }
    case 'aioquant':
      return (await import('./orders-aioquant.ts')).aioquant;
    case 'ccxt':
      return (await import('./orders-peers.ts')).ccxt(kind);
    case 'sdk':
      return (await import('./orders-peers.ts')).binanceSdk(kind);
    default:
      throw new Error(`no such contender: ${name}`);
  }
}

const client = await contender();
let place: (clientOrderId: string) => Promise<string> = () => Promise.reject(new Error('not connected'));
let count = 0;
/** The SDK warns about every order whose client id begins otherwise. */
const prefix = name !== 'sdk' ? 'bench' : way === 'rest' ? 'x-U5D79M5B' : 'x-QJ6WSMZX';
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

answer({
  async connect(target: Target) {
    place = await client.connect(target);
  },
  /** Rounds of orders at the same time; returns when each was asked for, by client id. */
  async run(rounds: number, inFlight: number) {
    const asked = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      await new Promise((resolve) => setTimeout(resolve, 4));
      const answers: Promise<string>[] = [];
      for (let index = 0; index < inFlight; index++) {
        const id = `${prefix}o${(count++).toString(36)}`;
        asked.set(id, now());
        answers.push(place(id));
      }
      for (const orderId of await Promise.all(answers))
        if (!/^\d+$/.test(orderId)) throw new Error(`"${orderId}" is no order id`);
    }
    return asked;
  },
});
