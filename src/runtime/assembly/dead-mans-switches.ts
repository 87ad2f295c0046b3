// The exchanges' own dead man's switches: armed for every account whose policy revokes after a crash, renewed by the heartbeat, disarmed
// after a clean stop. They cancel when this machine is gone; while it is there, the supervisor is quicker.

import type { LiveTrade } from '../../domain/live-trade.ts';
import type { ExchangeAccount } from '../../exchanges/exchange.ts';
import type { Log } from '../../seam/log.ts';
import type { Clock } from '../../seam/clock.ts';
import type { Enrolment } from '../participant.ts';
import { openAccount, type AccessEnvironment } from './account-access.ts';

const RENEWALS_PER_PERIOD = 3;

interface Switch {
  readonly account: string;
  readonly connector: ExchangeAccount;
  readonly seconds: number;
  readonly maxOrders: number | null;
  readonly users: Set<LiveTrade>;
  renewAt: number;
  /** The request under way: one at a time, so that arming never overtakes disarming. */
  work: Promise<void> | null;
  armed: boolean;
  warnedOfFailure: boolean;
  warnedOfCount: boolean;
}

interface SwitchParts {
  readonly participants: Enrolment;
  /** Asked for only when somebody trades. */
  readonly environment: () => AccessEnvironment;
  readonly clock: Clock;
  readonly log: Log;
  /** Long enough to live through a reconnect, short enough to matter; kept within the exchange's limits. 0: never armed. */
  readonly seconds: number;
}

export class DeadMansSwitches {
  private readonly parts: SwitchParts;
  private readonly switches = new Map<string, Switch>();
  private ended = false;

  constructor(parts: SwitchParts) {
    this.parts = parts;
    parts.participants.listen((participant) => this.enrol(participant));
  }

  /** To be called once a second from the event loop: a loop that stands still renews nothing, and that is the point. */
  beat(): void {
    if (this.ended) return;
    const now = this.parts.clock.monotonic();
    for (const one of this.switches.values()) {
      this.warnOfCount(one);
      if (now >= one.renewAt && one.work === null) this.renew(one);
    }
  }

  /** After a clean stop: nothing is left that would have to be canceled. Never rejects. */
  async disarm(): Promise<void> {
    this.ended = true;
    await Promise.all(
      [...this.switches.values()].map(async (one) => {
        await one.work;
        if (one.armed) await this.arm(one, 0);
        await one.connector.close();
      }),
    );
  }

  private enrol(participant: LiveTrade): void {
    const { place } = participant;
    const { log, environment } = this.parts;
    if (this.ended || this.parts.seconds === 0 || place.unfinishedOrders.crash === 'keep') return;
    const key = [place.platform, place.accessKey, place.endpoints['rest']].join('\n');
    const known = this.switches.get(key);
    if (known !== undefined) {
      known.users.add(participant);
      return;
    }
    const { capabilities } = environment().exchange(place.platform);
    const limits = capabilities.deadMansSwitch;
    if (limits === null) {
      log.info(
        `${place.account}: ${place.platform} has no dead man's switch; if this machine is lost, its orders stay`,
      );
      return;
    }
    if (place.unfinishedOrders.whose === 'own') {
      log.warn(
        `${place.account}: the dead man's switch of ${place.platform} would cancel other people's orders as well; with "whose: own" it is not armed`,
      );
      return;
    }
    const seconds = Math.min(Math.max(Math.ceil(this.parts.seconds), limits.minSeconds), limits.maxSeconds);
    if (seconds !== Math.ceil(this.parts.seconds)) {
      log.warn(
        `${place.account}: the dead man's switch of ${place.platform} takes ${limits.minSeconds} to ${limits.maxSeconds} s; it is armed with ${seconds} s, not ${this.parts.seconds} s`,
      );
    }
    const { connector } = openAccount(place, environment());
    const made: Switch = {
      account: place.account,
      connector,
      seconds,
      maxOrders: limits.maxOrders,
      users: new Set([participant]),
      renewAt: 0,
      work: null,
      armed: false,
      warnedOfFailure: false,
      warnedOfCount: false,
    };
    this.switches.set(key, made);
    this.renew(made);
  }

  private renew(one: Switch): void {
    one.work = this.arm(one, one.seconds).finally(() => {
      one.work = null;
    });
  }

  private async arm(one: Switch, seconds: number): Promise<void> {
    const { clock, log } = this.parts;
    const [, failure] = one.armed ? [true, null] : await one.connector.prepare();
    const [, error] = failure === null ? await one.connector.trading.armDeadMansSwitch(seconds) : [null, failure];
    if (error === null) {
      if (!one.armed && seconds > 0) log.info(`${one.account}: dead man's switch armed, ${seconds} s`);
      one.armed = seconds > 0;
      one.warnedOfFailure = false;
      one.renewAt = clock.monotonic() + (seconds * 1_000) / RENEWALS_PER_PERIOD;
      return;
    }
    // Tried again at the next beat: the switch of the last success still runs.
    if (!one.warnedOfFailure) log.warn(`${one.account}: the dead man's switch could not be renewed`, { err: error });
    one.warnedOfFailure = true;
  }

  private warnOfCount(one: Switch): void {
    if (one.maxOrders === null || one.warnedOfCount) return;
    let count = 0;
    for (const user of one.users) count += user.unfinished().length;
    if (count <= one.maxOrders) return;
    one.warnedOfCount = true;
    this.parts.log.warn(
      `${one.account}: ${count} unfinished orders, but the dead man's switch cancels at most ${one.maxOrders}`,
    );
  }
}
