// Prepared frames of many orders' lives, interleaved as on a busy account, in the shapes of the exchanges' references; and what each must lead to.
// Made from a counter alone, so that server and client make the same ones without telling each other.

export type ExchangeName = 'binance' | 'okx' | 'htx';
export const EXCHANGE_NAMES: readonly ExchangeName[] = ['binance', 'okx', 'htx'];

/** What a strategy must see after the frame. */
export interface Expected {
  readonly orderId: string;
  readonly status: string;
  /** As a plain decimal. */
  readonly filled: string;
}

/** Orders alive at the same time. */
const ALIVE = 200;
const FIRST_ID = 48_123_456_789;
const PRICE_CENTS = 6_000_000;

/** Numbers on the wire come from integers: `lots` of 0.00001. */
function amount(lots: number, decimals: number): string {
  return (lots / 100_000).toFixed(decimals);
}

/** 0.00001 lots at cents: exact in an integer of 10^-7. */
function money(lots: number, cents: number, decimals: number): string {
  return ((lots * cents) / 10_000_000).toFixed(decimals);
}

/** Without trailing zeros. */
export function plain(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

interface Life {
  readonly number: number;
  readonly lots: number;
  readonly fills: readonly number[];
  readonly createdAt: number;
  readonly cents: number;
  step: number;
  filled: number;
}

type Step = 'new' | 'fill' | 'cancel' | 'fee';

interface Moment {
  readonly life: Life;
  readonly step: Step;
  /** Lots of this fill. */
  readonly fill: number;
  readonly filled: number;
  readonly tradeId: number;
  readonly time: number;
}

/** Every order: new, then two to four fills, or one and a cancel. HTX tells the fee of each fill apart. */
function* moments(feesApart: boolean, startTime: number, first: number, most: number): Generator<Moment> {
  const alive: Life[] = [];
  let ended = 0;
  let count = first;
  let trades = 3_312_001 + first * 4;
  let tick = 0;
  const born = (): Life => {
    const number = count++;
    const fills = [30 + (number % 37), 70, 41, 100 + (number % 11)].slice(0, 2 + (number % 3));
    const isCanceled = number % 4 === 3;
    const lots = fills.reduce((sum, lot) => sum + lot, isCanceled ? 50 : 0);
    return {
      number,
      lots,
      fills: isCanceled ? fills.slice(0, 1) : fills,
      createdAt: startTime,
      cents: PRICE_CENTS + (number % 997),
      step: 0,
      filled: 0,
    };
  };
  for (let turn = 0; ; turn++) {
    const place = turn % ALIVE;
    let life = alive[place];
    if (life === undefined) {
      if (count - first === most) {
        if (ended === most) return;
        continue;
      }
      alive[place] = life = born();
    }
    const time = startTime + Math.floor(tick++ / 10);
    if (life.step === 0) yield { life, step: 'new', fill: 0, filled: 0, tradeId: -1, time };
    else if (life.step <= life.fills.length) {
      const fill = life.fills[life.step - 1] ?? 0;
      life.filled += fill;
      const moment: Moment = { life, step: 'fill', fill, filled: life.filled, tradeId: trades++, time };
      yield moment;
      if (feesApart) yield { ...moment, step: 'fee' };
    } else yield { life, step: 'cancel', fill: 0, filled: life.filled, tradeId: -1, time };
    life.step++;
    const isFilled = life.filled === life.lots;
    if (isFilled || life.step > life.fills.length + 1) {
      alive[place] = undefined as never;
      ended++;
    }
  }
}

function statusOf({ step, filled, life }: Moment): 'SUBMITTED' | 'PARTIAL-FILLED' | 'FILLED' | 'CANCELED' {
  if (step === 'cancel') return 'CANCELED';
  if (filled === 0) return 'SUBMITTED';
  return filled === life.lots ? 'FILLED' : 'PARTIAL-FILLED';
}

function binance(moment: Moment, clientId: string): string {
  const { life, step, fill, filled, tradeId, time } = moment;
  const price = (life.cents / 100).toFixed(8);
  const status = { SUBMITTED: 'NEW', 'PARTIAL-FILLED': 'PARTIALLY_FILLED', FILLED: 'FILLED', CANCELED: 'CANCELED' }[
    statusOf(moment)
  ];
  const kind = step === 'fill' ? 'TRADE' : status;
  const isTrade = step === 'fill';
  const [c, C] = step === 'cancel' ? ['pXa1Hz6mprAcVYpVMTGgx3', clientId] : [clientId, ''];
  const zero = '0.00000000';
  return (
    `{"subscriptionId":0,"event":{"e":"executionReport","E":${time + 1},"s":"BTCUSDT","c":"${c}","S":"BUY","o":"LIMIT","f":"GTC",` +
    `"q":"${amount(life.lots, 8)}","p":"${price}","P":"${zero}","F":"${zero}","g":-1,"C":"${C}","x":"${kind}","X":"${status}","r":"NONE",` +
    `"i":${FIRST_ID + life.number},"l":"${amount(fill, 8)}","z":"${amount(filled, 8)}","L":"${isTrade ? price : zero}",` +
    `"n":"${isTrade ? money(fill, 100, 8) : '0'}","N":${isTrade ? '"BTC"' : 'null'},"T":${time},"t":${tradeId},"I":${101_762 + (isTrade ? tradeId : life.number)},` +
    `"w":${statusOf(moment) === 'SUBMITTED' || statusOf(moment) === 'PARTIAL-FILLED'},"m":${isTrade},"M":${isTrade},"O":${life.createdAt},` +
    `"Z":"${money(filled, life.cents, 8)}","Y":"${isTrade ? money(fill, life.cents, 8) : zero}","Q":"${zero}","W":${life.createdAt},"V":"EXPIRE_MAKER"}}`
  );
}

function okx(moment: Moment, clientId: string): string {
  const { life, step, fill, filled, tradeId, time } = moment;
  const price = (life.cents / 100).toFixed(2);
  const state = { SUBMITTED: 'live', 'PARTIAL-FILLED': 'partially_filled', FILLED: 'filled', CANCELED: 'canceled' }[
    statusOf(moment)
  ];
  const isTrade = step === 'fill';
  const fee = isTrade || filled > 0 ? `-${plain(money(filled, 100, 8))}` : '0';
  return (
    `{"arg":{"channel":"orders","instType":"ANY","uid":"244780794298642432"},"data":[{"instType":"SPOT","instId":"BTC-USDT","tgtCcy":"","ccy":"","tradeQuoteCcy":"USDT",` +
    `"ordId":"3469${FIRST_ID + life.number}","clOrdId":"${clientId}","algoClOrdId":"","algoId":"","tag":"","px":"${price}","sz":"${plain(amount(life.lots, 5))}",` +
    `"notionalUsd":"22.508325","ordType":"limit","side":"buy","posSide":"","tdMode":"cash","accFillSz":"${plain(amount(filled, 5))}","fillNotionalUsd":"${isTrade ? '22.5' : ''}",` +
    `"avgPx":"${filled > 0 ? price : '0'}","state":"${state}","lever":"0","pnl":"0","feeCcy":"BTC","fee":"${fee}","rebateCcy":"USDT","rebate":"0","category":"normal",` +
    `"uTime":"${time}","cTime":"${life.createdAt}","source":"","reduceOnly":"false","cancelSource":"${step === 'cancel' ? '1' : ''}","quickMgnType":"","stpId":"","stpMode":"cancel_maker",` +
    `"attachAlgoClOrdId":"","lastPx":"${price}","outcome":"","isTpLimit":"false","slTriggerPx":"","slTriggerPxType":"","tpOrdPx":"","tpTriggerPx":"","tpTriggerPxType":"","slOrdPx":"",` +
    `"fillPx":"${isTrade ? price : ''}","tradeId":"${isTrade ? tradeId : ''}","fillSz":"${isTrade ? plain(amount(fill, 5)) : '0'}","fillTime":"${isTrade ? time : ''}","fillPnl":"0",` +
    `"fillFee":"${isTrade ? `-${plain(money(fill, 100, 8))}` : '0'}","fillFeeCcy":"${isTrade ? 'BTC' : ''}","execType":"${isTrade ? 'M' : ''}","fillPxVol":"","fillPxUsd":"","fillMarkVol":"",` +
    `"fillFwdPx":"","fillMarkPx":"","fillIdxPx":"","amendSource":"","reqId":"","amendResult":"","code":"0","msg":"","pxType":"","pxUsd":"","pxVol":"","linkedAlgoOrd":{"algoId":""},"attachAlgoOrds":[]}]}`
  );
}

/** The spot account of the simulator's first user, who receives these frames. */
const HTX_ACCOUNT = 1_000_011;

function htx(moment: Moment, clientId: string): string {
  const { life, step, fill, filled, tradeId, time } = moment;
  const price = plain((life.cents / 100).toFixed(2));
  const status = statusOf(moment);
  const orderStatus = {
    SUBMITTED: 'submitted',
    'PARTIAL-FILLED': 'partial-filled',
    FILLED: 'filled',
    CANCELED: 'partial-canceled',
  }[status];
  const orderId = 1_474_900_000_000_000 + life.number;
  const size = plain(amount(life.lots, 5));
  const terms = `"orderPrice":"${price}","orderSize":"${size}","orderSource":"spot-api","symbol":"btcusdt","clientOrderId":"${clientId}","orderStatus":"${orderStatus}","orderId":${orderId},"type":"buy-limit"`;
  const push = (data: string): string => `{"action":"push","ch":"orders#*","data":{${data}}}`;
  const spent = money(filled, life.cents, 5);
  const lot = plain(amount(fill, 5));
  switch (step) {
    case 'new':
      return push(
        `"orderCreateTime":${time},"totalTradeAmount":"0","accountId":${HTX_ACCOUNT},"eventType":"creation",${terms}`,
      );
    case 'fill':
      return push(
        `"tradePrice":"${price}","tradeVolume":"${lot}","tradeTime":${time},"aggressor":false,"execAmt":"${plain(amount(filled, 5))}","remainAmt":"${plain(amount(life.lots - filled, 5))}",` +
          `"tradeId":${103_617_362_803 + tradeId},"totalTradeAmount":"${spent}","eventType":"trade",${terms}`,
      );
    case 'cancel':
      return push(
        `"execAmt":"${plain(amount(filled, 5))}","lastActTime":${time},"remainAmt":"${plain(amount(life.lots - filled, 5))}","totalTradeAmount":"${spent}","canceledSource":"","canceledSourceDesc":"","eventType":"cancellation",${terms}`,
      );
    case 'fee':
      return (
        `{"action":"push","ch":"trade.clearing#*#1","data":{"eventType":"trade","symbol":"btcusdt","orderId":${orderId},"orderSide":"buy","orderType":"buy-limit","accountId":${HTX_ACCOUNT},` +
        `"source":"spot-api","orderPrice":"${price}","orderSize":"${size}","clientOrderId":"${clientId}","orderCreateTime":${life.createdAt},"orderStatus":"${orderStatus}","feeCurrency":"btc",` +
        `"tradePrice":"${price}","tradeVolume":"${lot}","aggressor":false,"tradeId":${103_617_362_803 + tradeId},"tradeTime":${time},"transactFee":"${plain(money(fill, 100, 8))}","feeDeduct":"0","feeDeductType":""}}`
      );
  }
}

const WRITERS = { binance, okx, htx } as const;

export function orderIdOf(exchange: ExchangeName, number: number): string {
  if (exchange === 'htx') return String(1_474_900_000_000_000 + number);
  return exchange === 'okx' ? `3469${FIRST_ID + number}` : String(FIRST_ID + number);
}

interface Lives {
  readonly clientIdPrefix: string;
  /** Exchange time of the first frame, ms. */
  readonly startTime: number;
  /** Whole lives of so many orders, and no more; else without end. */
  readonly orders?: number;
  /** Number of the first order: others than in another block. */
  readonly first?: number;
}

function momentsOf(exchange: ExchangeName, { startTime, orders = Infinity, first = 0 }: Lives): Generator<Moment> {
  return moments(exchange === 'htx', startTime, first, orders);
}

/** What a strategy must see after each of the frames, made when it is asked for: a client that kept it would be measured with a heap full of it. */
export function* expectedStates(exchange: ExchangeName, lives: Lives): Generator<Expected> {
  for (const moment of momentsOf(exchange, lives))
    yield {
      orderId: orderIdOf(exchange, moment.life.number),
      status: statusOf(moment),
      filled: moment.filled === 0 ? '0' : plain(amount(moment.filled, 5)),
    };
}

/** The first `count` frames: none of the orders is left unfinished if `count` allows for all of their lives. */
export function orderFrames(exchange: ExchangeName, count: number, lives: Lives): readonly string[] {
  const texts: string[] = [];
  if (count === 0) return texts;
  const write = WRITERS[exchange];
  for (const moment of momentsOf(exchange, lives)) {
    texts.push(write(moment, `${lives.clientIdPrefix}${moment.life.number.toString(36).padStart(6, '0')}`));
    if (texts.length === count) break;
  }
  return texts;
}
