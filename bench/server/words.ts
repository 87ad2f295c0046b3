// What the replay server says in each exchange's words: answers to logins, subscriptions and pings, and the acceptance of any order.
// It judges nothing; the simulator is there for that.

import type { ExchangeName } from '../harness/order-frames.ts';

let orders = 900_000_000;

interface Replies {
  readonly replies: readonly string[];
  /** The sender wants the private stream. */
  readonly isStream: boolean;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

export function replyTo(exchange: ExchangeName, text: string): Replies {
  const message = parsed(text);
  switch (exchange) {
    case 'binance':
      return {
        replies: [JSON.stringify({ id: message['id'], status: 200, result: { subscriptionId: 0 }, rateLimits: [] })],
        isStream: String(message['method']).startsWith('userDataStream'),
      };
    case 'okx': {
      if (text === 'ping') return { replies: ['pong'], isStream: false };
      if (message['op'] === 'login')
        return { replies: ['{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}'], isStream: false };
      const args = Array.isArray(message['args']) ? (message['args'] as { channel: string }[]) : [];
      return {
        replies: args.map((arg) => JSON.stringify({ event: 'subscribe', arg, connId: 'a4d3ae55' })),
        isStream: args.some(({ channel }) => channel === 'orders'),
      };
    }
    case 'htx': {
      const { action, ch, op, cid } = message;
      if (op !== undefined && cid === undefined) return { replies: [], isStream: false };
      if (action === 'req') return { replies: ['{"action":"req","code":200,"ch":"auth","data":{}}'], isStream: false };
      if (action === 'sub')
        return {
          replies: [JSON.stringify({ action, code: 200, ch, data: {} })],
          isStream: String(ch).startsWith('orders'),
        };
      return { replies: [], isStream: false };
    }
  }
}

/** The order socket's answer to a placement. */
export function acceptedReply(exchange: ExchangeName, text: string, clientId: string): string {
  const message = parsed(text);
  const orderId = orders++;
  switch (exchange) {
    case 'binance':
      return JSON.stringify({
        id: message['id'],
        status: 200,
        result: JSON.parse(acceptedRest(exchange, clientId)) as unknown,
      });
    case 'okx':
      return JSON.stringify({
        id: message['id'],
        op: message['op'],
        data: [{ clOrdId: clientId, ordId: String(orderId), sCode: '0', sMsg: '', ts: '1795300000204' }],
        code: '0',
        msg: '',
        inTime: '1',
        outTime: '2',
      });
    case 'htx':
      return JSON.stringify({ ch: message['ch'], cid: message['cid'], status: 'ok', data: String(orderId) });
  }
}

export function isOrderPath(exchange: ExchangeName, method: string, url: string): boolean {
  if (method !== 'POST') return false;
  const path = url.split('?')[0];
  return path === { binance: '/api/v3/order', okx: '/api/v5/trade/order', htx: '/v1/order/orders/place' }[exchange];
}

export function acceptedRest(exchange: ExchangeName, clientId: string): string {
  const orderId = orders++;
  switch (exchange) {
    case 'binance':
      return `{"symbol":"BTCUSDT","orderId":${orderId},"orderListId":-1,"clientOrderId":"${clientId}","transactTime":1795300000204}`;
    case 'okx':
      return `{"code":"0","msg":"","data":[{"clOrdId":"${clientId}","ordId":"${orderId}","tag":"","ts":"1795300000204","sCode":"0","sMsg":""}],"inTime":"1","outTime":"2"}`;
    case 'htx':
      return `{"status":"ok","data":"${orderId}"}`;
  }
}
