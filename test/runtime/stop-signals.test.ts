// One Ctrl-C may arrive twice, from the terminal and from npm; two of a person are two.
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { ECHO_MS, onStopSignal } from '../../src/runtime/stop-signals.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

function listening(): { heard: string[]; clock: VirtualClock; source: EventEmitter } {
  const clock = new VirtualClock();
  const source = new EventEmitter();
  const heard: string[] = [];
  onStopSignal(clock, (signal) => heard.push(signal), source);
  return { heard, clock, source };
}

it('copies of a signal within the moment are one, another signal is another', async () => {
  const { heard, clock, source } = listening();
  source.emit('SIGINT');
  source.emit('SIGINT');
  await clock.advance(ECHO_MS - 1);
  source.emit('SIGINT');
  source.emit('SIGTERM');
  source.emit('SIGHUP');
  expect(heard).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP']);
});

it('a second one after that is told, also to somebody who never stops pressing', async () => {
  const { heard, clock, source } = listening();
  source.emit('SIGINT');
  await clock.advance(ECHO_MS);
  source.emit('SIGINT');
  expect(heard).toHaveLength(2);
  for (let pressed = 0; pressed < 10; pressed++) {
    await clock.advance(ECHO_MS / 5);
    source.emit('SIGINT');
  }
  expect(heard).toHaveLength(4);
});

it('every signal is heard that a terminal sends to all that runs in it, and whose default is the end', () => {
  const { heard, source } = listening();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK']) source.emit(signal);
  expect(heard).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK']);
});
