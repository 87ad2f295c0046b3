// The text of a new order as nearly every one is - no options of the caller's, nothing in it that would have to be encoded - put together in one go.
// What it must say is encode.ts's to decide: this says the same (there is a test for that), and leaves any other order to the general way.

import type { CreateCommand } from '../exchange.ts';
import { typeOf } from './encode.ts';
import { isPlain, type Signer } from './sign.ts';

function isSimple(command: CreateCommand): boolean {
  for (const _name in command.extra) return false;
  return isPlain(command.clientOrderId) && isPlain(command.instrument.rawSymbol);
}

/** `name=value` pairs sorted by name, from `newClientOrderId` on: those before are the caller's. */
function pairs(command: CreateCommand, timestamp: number): string {
  const { clientOrderId, action, price, quantity, quoteQuantity, timeInForce, instrument } = command;
  const type = typeOf(command);
  let text = `newClientOrderId=${clientOrderId}&newOrderRespType=FULL`;
  if (price !== null) text += `&price=${price.toString()}`;
  if (quantity !== null) text += `&quantity=${quantity.toString()}`;
  if (quoteQuantity !== null) text += `&quoteOrderQty=${quoteQuantity.toString()}`;
  const end = `&timestamp=${timestamp}&type=${type}`;
  return type === 'LIMIT'
    ? `${text}&side=${action}&symbol=${instrument.rawSymbol}&timeInForce=${timeInForce}${end}`
    : `${text}&side=${action}&symbol=${instrument.rawSymbol}${end}`;
}

/** The signed query of `POST /api/v3/order`; null when the order must be written the general way. */
export function newOrderQuery(command: CreateCommand, timestamp: number, signer: Signer): string | null {
  if (!isSimple(command)) return null;
  const query = pairs(command, timestamp);
  return `${query}&signature=${encodeURIComponent(signer.sign(query))}`;
}

/**
 * The frame of `order.place`; null when the order must be written the general way.
 * @param accessKey plain; null on a connection that is logged on: then nothing is signed
 */
export function newOrderFrame(
  id: string,
  command: CreateCommand,
  timestamp: number,
  accessKey: string | null,
  signer: Signer,
): string | null {
  if (!isSimple(command)) return null;
  const { clientOrderId, action, price, quantity, quoteQuantity, timeInForce, instrument } = command;
  const type = typeOf(command);
  let json = `{"id":"${id}","method":"order.place","params":{"newClientOrderId":"${clientOrderId}","newOrderRespType":"FULL`;
  // Each piece closes the quote of the one before.
  if (price !== null) json += `","price":"${price.toString()}`;
  if (quantity !== null) json += `","quantity":"${quantity.toString()}`;
  if (quoteQuantity !== null) json += `","quoteOrderQty":"${quoteQuantity.toString()}`;
  json += `","side":"${action}","symbol":"${instrument.rawSymbol}`;
  if (type === 'LIMIT') json += `","timeInForce":"${timeInForce}`;
  json += `","type":"${type}","timestamp":${timestamp}`;
  if (accessKey === null) return `${json}}}`;
  const signature = signer.sign(`apiKey=${accessKey}&${pairs(command, timestamp)}`);
  return `${json},"apiKey":"${accessKey}","signature":"${signature}"}}`;
}
