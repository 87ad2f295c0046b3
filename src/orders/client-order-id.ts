// Client order ids that say whose they are: a mark of the framework, a tag of the strategy, and what makes each one unique.
// Lower-case letters and digits only, at most 32: legal on every exchange. The rules of an exchange are in its port.

import type { ClientOrderIdRules } from '../exchanges/exchange.ts';
import type { Clock } from '../seam/clock.ts';
import type { Random } from '../seam/random.ts';

const MARK = 'aq';
const TAG_LENGTH = 7;
const NONCE_LENGTH = 6;

/** 32-bit FNV-1a of the name in base 36: short, and the same in every process and on every machine. */
function tagOf(strategy: string): string {
  let hash = 2_166_136_261;
  for (let index = 0; index < strategy.length; index++) {
    hash ^= strategy.charCodeAt(index);
    hash = Math.imul(hash, 16_777_619);
  }
  return (hash >>> 0).toString(36).padStart(TAG_LENGTH, '0');
}

/** What every client order id made for the strategy begins with. */
export function ownPrefix(strategy: string): string {
  return MARK + tagOf(strategy);
}

/** Whether a client order id was made by this framework for this strategy, in this process or an earlier one. */
export function isOwn(strategy: string, clientOrderId: string): boolean {
  return clientOrderId.startsWith(ownPrefix(strategy));
}

/** Digits of the time in base 36: as many until the year 2059. */
const TIME_LENGTH = 8;

/** When an id that was made for the strategy was made (our clock, ms); null for any other. */
export function madeAt(strategy: string, clientOrderId: string): number | null {
  const prefix = ownPrefix(strategy);
  if (!clientOrderId.startsWith(prefix)) return null;
  const time = Number.parseInt(clientOrderId.slice(prefix.length, prefix.length + TIME_LENGTH), 36);
  return Number.isNaN(time) ? null : time;
}

/** Makes the ids of one Trade. Two makers never make the same id: each has a random part of its own. */
export class ClientOrderIds {
  private readonly head: string;
  private readonly nonce: string;
  private readonly clock: Clock;
  private count = 0;

  constructor(strategy: string, clock: Clock, random: Random) {
    this.head = ownPrefix(strategy);
    this.nonce = random.id(NONCE_LENGTH);
    this.clock = clock;
  }

  next(): string {
    return this.head + this.clock.now().toString(36) + this.nonce + (this.count++).toString(36);
  }
}

/** What is wrong with an id of the user's own, in words; null when the exchange takes it. */
export function clientOrderIdProblem(id: string, rules: ClientOrderIdRules): string | null {
  if (id.length > 0 && id.length <= rules.maxLength && rules.pattern.test(id)) return null;
  return `clientOrderId "${id}" is not allowed here: ${rules.description}`;
}
