// The login that /ws/v2 and /ws/trade share (htx.md 2.7): what is said, and what a refusal means for trying again.
// It lasts as long as the connection; there is no listen key and nothing to renew.

import { TradeError } from '../../domain/errors.ts';
import { HTX } from '../../domain/platform.ts';
import { unanswered } from '../../wire/errors.ts';
import type { Session } from '../../wire/link-session.ts';
import type { PrivateFrame } from './frames.ts';
import { signedPlace } from './endpoints.ts';
import { errorFor } from './outcomes.ts';
import { timestampText, type HtxSigner } from './sign.ts';

export interface LoginContext {
  readonly url: string;
  readonly signer: HtxSigner;
  readonly timeoutMs: number;
  exchangeTime(): number;
  /** Measures the clock offset anew; true when ours was so wrong that a signature can have failed for it. */
  clockWasOff(): Promise<boolean>;
}

type SocketAnswer = Extract<PrivateFrame, { type: 'answer' }>;

/**
 * The key under which an answer of /ws/v2 is waited for: no id is echoed, action and channel are all there is (8.2).
 * Channel modes are left out: the ack of a bare channel names one (8.5).
 */
export function answerKey(action: string, channel: string): string {
  return `${action} ${channel.split('#', 1)[0] ?? ''}`;
}

/**
 * Whether to give up for good. The words of a refusal do not tell a wrong key from a wrong clock (2.7): it takes two in a row,
 * the clock having been measured in between.
 */
export function isFatalLogin(error: TradeError, failures: number): boolean {
  return error.kind === 'auth' && failures >= 2;
}

/** Resolves when logged in. Rejects with a TradeError. */
export async function logIn(session: Session, context: LoginContext): Promise<void> {
  const { host, path } = signedPlace(context.url);
  const params = context.signer.login(host, path, timestampText(context.exchangeTime()));
  const answer = await ask(
    session,
    'req',
    'auth',
    JSON.stringify({ action: 'req', ch: 'auth', params }),
    context.timeoutMs,
  );
  if (answer.code === '200') return;
  const error = errorFor(answer.code, answer.message === '' ? 'login refused' : answer.message, {
    outcome: 'rejected',
  });
  // A wrong clock fails like a wrong key (2.6); with the clock corrected the next try is another one.
  if (error.kind === 'auth' && (await context.clockWasOff())) {
    throw new TradeError(`${error.message}; our clock was off and is corrected now`, {
      kind: 'clock-skew',
      outcome: 'rejected',
      platform: HTX,
      code: answer.code,
    });
  }
  throw error;
}

/** Resolves when the exchange has acknowledged the subscription. Rejects with a TradeError. */
export async function subscribe(session: Session, channel: string, timeoutMs: number): Promise<void> {
  const answer = await ask(session, 'sub', channel, JSON.stringify({ action: 'sub', ch: channel }), timeoutMs);
  if (answer.code === '200') return;
  const error = errorFor(answer.code, `subscribing ${channel}: ${answer.message}`, { outcome: 'rejected' });
  // Only a login is final about credentials; a refused subscription may be a session that was lost on their side.
  throw error.kind === 'auth'
    ? new TradeError(error.message, { kind: 'rejected', outcome: 'rejected', platform: HTX, code: answer.code })
    : error;
}

async function ask(
  session: Session,
  action: string,
  channel: string,
  text: string,
  timeoutMs: number,
): Promise<SocketAnswer> {
  const end = await session.request(answerKey(action, channel), text, timeoutMs);
  if (end.end === 'reply' && isAnswer(end.reply)) return end.reply;
  throw unanswered(HTX, `${action} ${channel}`, end);
}

function isAnswer(reply: unknown): reply is SocketAnswer {
  return typeof reply === 'object' && reply !== null && 'type' in reply && reply.type === 'answer';
}
