// The floors of order placement: undici's dispatcher or a bare `ws`, and an HMAC with a key that was imported once. Nothing is checked or kept.
import { createHmac, createSecretKey } from 'node:crypto';
import { Pool } from 'undici';
import WebSocket from 'ws';
import type { OrdersClient } from './orders.ts';

export const restFloor: OrdersClient = {
  async connect({ endpoints, account }) {
    const pool = new Pool(endpoints['rest'] ?? '', { connections: 64, pipelining: 1 });
    const key = createSecretKey(account.secretKey, 'utf8');
    const headers = { 'X-MBX-APIKEY': account.accessKey };
    return (id) =>
      new Promise((resolve, reject) => {
        const query = `symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.00100&price=60000.00&newClientOrderId=${id}&timestamp=${Date.now()}`;
        const signature = createHmac('sha256', key).update(query).digest('hex');
        const chunks: Buffer[] = [];
        pool.dispatch(
          { path: `/api/v3/order?${query}&signature=${signature}`, method: 'POST', headers },
          {
            onRequestStart() {},
            onResponseStart() {},
            onResponseData: (_controller, chunk: Buffer) => {
              chunks.push(chunk);
            },
            onResponseEnd: () =>
              resolve(String((JSON.parse(Buffer.concat(chunks).toString()) as { orderId: number }).orderId)),
            onResponseError: (_controller, error) => reject(error),
          },
        );
      });
  },
};

export const socketFloor: OrdersClient = {
  connect({ endpoints, account }) {
    const key = createSecretKey(account.secretKey, 'utf8');
    const socket = new WebSocket(endpoints['wsApi'] ?? '', { perMessageDeflate: false });
    const waiting = new Map<string, (id: string) => void>();
    socket.on('message', (data: Buffer) => {
      const reply = JSON.parse(data.toString()) as { id: string; result: { orderId: number } };
      waiting.get(reply.id)?.(String(reply.result.orderId));
      waiting.delete(reply.id);
    });
    const place = (id: string): Promise<string> =>
      new Promise((resolve) => {
        const timestamp = Date.now();
        const payload = `apiKey=${account.accessKey}&newClientOrderId=${id}&price=60000.00&quantity=0.00100&side=BUY&symbol=BTCUSDT&timeInForce=GTC&timestamp=${timestamp}&type=LIMIT`;
        const signature = createHmac('sha256', key).update(payload).digest('hex');
        waiting.set(id, resolve);
        socket.send(
          `{"id":"${id}","method":"order.place","params":{"apiKey":"${account.accessKey}","newClientOrderId":"${id}","price":"60000.00","quantity":"0.00100","side":"BUY","symbol":"BTCUSDT","timeInForce":"GTC","timestamp":${timestamp},"type":"LIMIT","signature":"${signature}"}}`,
        );
      });
    return new Promise((resolve) => {
      socket.on('open', () => resolve(place));
    });
  },
};
