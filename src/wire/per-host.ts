// What all accounts of a process may share about an exchange's host - its clock, its trading rules - so that a hundred accounts ask once.
// Limits per IP are small (ten questions for the time in two seconds, say): a hundred accounts asking each for itself would wait a minute.

import type { Result } from '../domain/errors.ts';
import type { Clock } from '../seam/clock.ts';

/** One `T` for each process (told by an object all its accounts have in common, such as its rate budgets) and host. */
export class PerHost<T> {
  private readonly byProcess = new WeakMap<object, Map<string, T>>();

  get(process: object, host: string, make: () => T): T {
    let byHost = this.byProcess.get(process);
    if (byHost === undefined) {
      byHost = new Map<string, T>();
      this.byProcess.set(process, byHost);
    }
    let found = byHost.get(host);
    if (found === undefined) {
      found = make();
      byHost.set(host, found);
    }
    return found;
  }
}

/** Answers to public questions: asked again when older than they may be, or when the last one failed. */
export class SharedAnswers<T> {
  private readonly answers = new Map<string, { readonly at: number; readonly answer: Promise<Result<T>> }>();

  async get(question: string, maxAgeMs: number, clock: Clock, ask: () => Promise<Result<T>>): Promise<Result<T>> {
    const known = this.answers.get(question);
    if (known !== undefined && clock.monotonic() - known.at < maxAgeMs) return known.answer;
    const entry = { at: clock.monotonic(), answer: ask() };
    this.answers.set(question, entry);
    const answer = await entry.answer;
    if (answer[1] !== null && this.answers.get(question) === entry) this.answers.delete(question);
    return answer;
  }
}
