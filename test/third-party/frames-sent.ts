// What a simulated exchange has sent over its sockets, for tests that wait until a client's subscription stands.
import type { SimulatedExchange } from '../../src/simulator/exchange.ts';

/** Text frames of every connection that is opened from now on, as they go out. */
export function framesSent(exchange: SimulatedExchange | undefined): readonly string[] {
  if (exchange === undefined) throw new Error('there is no such exchange');
  const frames: string[] = [];
  const connect = exchange.connect.bind(exchange);
  exchange.connect = (socket, ...rest) => {
    const send = socket.send.bind(socket);
    socket.send = (data) => {
      if (typeof data === 'string') frames.push(data);
      send(data);
    };
    return connect(socket, ...rest);
  };
  return frames;
}
