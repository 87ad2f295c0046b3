// The pure function: from our view and the exchange's answers to what must be asked. Shuffles, repetitions and losses do not matter.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { merge, newOrderState, unexplainedQuantity, type OrderState } from '../../src/domain/merge.ts';
import { EMPTY_REPORT, type OrderReport } from '../../src/domain/order-report.ts';
import { isEnded } from '../../src/domain/transitions.ts';
import { reconcile, type Answers, type LocalOrder, type Question, type View } from '../../src/orders/reconcile.ts';
import { story, type Story } from '../domain/support/reports.ts';

const mergeAll = (reports: readonly OrderReport[], symbol = 'EOS/USDT'): OrderState =>
  reports.reduce((state, report) => merge(state, report).state, newOrderState(symbol));

const local = (state: OrderState, more: Partial<LocalOrder> = {}): LocalOrder => ({
  state,
  isSending: false,
  silent: Decimal.ZERO,
  ...more,
});

/** A whole account: several stories under ids of their own; of each we know a random part. */
interface World {
  readonly stories: readonly Story[];
  readonly view: View;
}

function renamed(of: Story, index: number): Story {
  const orderId = String(1_000 + index);
  const clientOrderId = `client${index}`;
  const reports = of.reports.map((report) => ({
    ...report,
    orderId: report.orderId === null && report.source !== 'inferred' ? null : orderId,
    clientOrderId: report.clientOrderId === null ? null : clientOrderId,
    fill: report.fill === null ? null : { ...report.fill, tradeId: `${orderId}-${report.fill.tradeId}` },
  }));
  return { ...of, reports, fills: of.fills.map((fill) => ({ ...fill, tradeId: `${orderId}-${fill.tradeId}` })) };
}

const world: fc.Arbitrary<World> = fc
  .array(fc.tuple(story, fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 6 })
  .map((drawn) => {
    const stories = drawn.map(([of], index) => renamed(of, index));
    const orders: LocalOrder[] = [];
    stories.forEach((of, index) => {
      const known = of.reports.slice(0, Math.ceil(of.reports.length * (drawn[index]?.[1] ?? 0)));
      if (known.length > 0) orders.push(local(mergeAll(known)));
    });
    return { stories, view: { orders, fillsSince: 0 } };
  });

/** The exchange of a world, answering truthfully. */
function answer(stories: readonly Story[], question: Question, answers: MutableAnswers): void {
  const last = (of: Story): OrderReport => of.reports.at(-1)!;
  const find = (ref: { orderId: string | null; clientOrderId: string | null }): Story | undefined =>
    stories.find((of) => last(of).orderId === ref.orderId) ??
    stories.find((of) => ref.clientOrderId !== null && last(of).clientOrderId === ref.clientOrderId);
  const fillsOf = (of: Story | undefined): OrderReport[] =>
    of === undefined ? [] : of.reports.filter(({ source }) => source === 'fills');
  switch (question.ask) {
    case 'open-orders':
      answers.openOrders = stories.filter(({ end }) => end === 'open').map(last);
      return;
    case 'fills-since':
      answers.fillsSince = stories.flatMap(fillsOf);
      return;
    case 'order': {
      const found = find(question.ref);
      answers.orders.set(question.name, found === undefined ? notFound : { outcome: 'found', reports: [last(found)] });
      return;
    }
    case 'fills-of':
      answers.fillsOf.set(question.name, fillsOf(find(question.ref)));
  }
}

const notFound = { outcome: 'not-found', error: new Error('unknown order') } as unknown as Extract<
  Answers['orders'] extends ReadonlyMap<string, infer A> ? A : never,
  { outcome: 'not-found' }
>;

interface MutableAnswers extends Answers {
  openOrders: readonly OrderReport[] | null;
  fillsSince: readonly OrderReport[] | null;
  orders: Map<string, Answers['orders'] extends ReadonlyMap<string, infer A> ? A : never>;
  fillsOf: Map<string, readonly OrderReport[]>;
}

const nothing = (): MutableAnswers => ({ openOrders: null, fillsSince: null, orders: new Map(), fillsOf: new Map() });

/** Asks until there is nothing left to ask. `drops`: how many answers get lost on the way. */
function converse(
  { stories, view }: World,
  shuffle: (q: readonly Question[]) => readonly Question[],
  drops: boolean[] = [],
): MutableAnswers {
  const answers = nothing();
  const lost = [...drops];
  for (let round = 0; round < 100; round++) {
    const { questions } = reconcile(view, answers);
    if (questions.length === 0) return answers;
    for (const question of shuffle(questions)) if (lost.shift() !== true) answer(stories, question, answers);
  }
  throw new Error('it never stops asking');
}

function heard(answers: MutableAnswers): OrderReport[] {
  return [
    ...(answers.openOrders ?? []),
    ...(answers.fillsSince ?? []),
    ...[...answers.orders.values()].flatMap((found) => (found.outcome === 'found' ? found.reports : [])),
    ...[...answers.fillsOf.values()].flat(),
  ];
}

describe('reconcile', () => {
  it("whatever part we knew: when it stops asking, merging the answers gives the exchange's truth", () => {
    fc.assert(
      fc.property(world, fc.boolean(), fc.array(fc.boolean(), { maxLength: 12 }), (of, backwards, drops) => {
        const answers = converse(of, (questions) => (backwards ? questions.toReversed() : questions), drops);
        const reports = heard(answers);
        for (const [index, told] of of.stories.entries()) {
          const orderId = String(1_000 + index);
          const known = of.view.orders.find(
            ({ state }) => state.orderId === orderId || state.clientOrderId === `client${index}`,
          );
          const mine = reports.filter((report) => report.orderId === orderId);
          if (known === undefined && mine.length === 0) {
            // Never seen and ended without a fill: nothing anybody could report.
            expect(told.end === 'open' || told.fills.length > 0).toBe(false);
            continue;
          }
          const state = mine.reduce(
            (before, report) => merge(before, report).state,
            known?.state ?? newOrderState('EOS/USDT'),
          );
          const truth = mergeAll(told.reports);
          expect(state.life).toBe(truth.life);
          expect(state.filled.eq(truth.filled)).toBe(true);
          expect([...state.trades.keys()].toSorted()).toEqual([...truth.trades.keys()].toSorted());
          expect(unexplainedQuantity(state).isZero()).toBe(true);
        }
      }),
    );
  });

  it('does not depend on the order of its inputs', () => {
    fc.assert(
      fc.property(world, (of) => {
        const names = ({ questions }: { readonly questions: readonly Question[] }): string[] =>
          questions.map(({ ask, name }) => `${ask} ${name}`).toSorted();
        const answers = nothing();
        answer(of.stories, { ask: 'open-orders', name: 'open-orders' }, answers);
        answer(of.stories, { ask: 'fills-since', name: 'fills-since', since: 0 }, answers);
        const turned: View = { ...of.view, orders: of.view.orders.toReversed() };
        const turnedAnswers = {
          ...answers,
          openOrders: answers.openOrders!.toReversed(),
          fillsSince: [...answers.fillsSince!, ...answers.fillsSince!].toReversed(),
        };
        expect(names(reconcile(turned, turnedAnswers))).toEqual(names(reconcile(of.view, answers)));
      }),
    );
  });

  it('NautilusTrader #4152: missing from the list means asking for it by id', () => {
    const order = local(
      mergeAll([{ ...EMPTY_REPORT, source: 'push', symbol: 'EOS/USDT', orderId: '5', life: 'open', action: 'BUY' }]),
    );
    const answers = { ...nothing(), openOrders: [] };
    const view = { orders: [order], fillsSince: null };
    expect(reconcile(view, answers)).toEqual({
      questions: [{ ask: 'order', name: '5', ref: { orderId: '5', clientOrderId: null } }],
      unknown: [],
    });
    answers.orders.set('5', notFound);
    expect(reconcile(view, answers)).toEqual({ questions: [], unknown: [{ orderId: '5', clientOrderId: null }] });
  });

  it('asks for nothing that is on its way, nor for what has ended', () => {
    const sending = local({ ...newOrderState('EOS/USDT'), clientOrderId: 'c' }, { isSending: true });
    const ended = local(
      mergeAll([
        { ...EMPTY_REPORT, source: 'push', symbol: 'EOS/USDT', orderId: '6', life: 'canceled', action: 'BUY' },
      ]),
    );
    expect(isEnded(ended.state.life)).toBe(true);
    expect(
      reconcile({ orders: [sending, ended], fillsSince: null }, { ...nothing(), openOrders: [] }).questions,
    ).toEqual([]);
  });
});
