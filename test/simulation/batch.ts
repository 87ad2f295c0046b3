// Many runs on all cores: hands jobs to worker threads and their outcomes back, in whatever order they come.
// What a job is and how it is run in a thread is job.ts's and worker.ts's part.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Job, JobOutcome } from './job.ts';

export interface BatchOptions {
  /** Called for every outcome; false ends the batch early. */
  readonly onOutcome: (outcome: JobOutcome) => boolean;
}

/** Threads that stay: to load the whole program takes longer than many a batch. */
export class Threads {
  private readonly workers: readonly Worker[];

  constructor(count: number = availableParallelism()) {
    this.workers = Array.from({ length: count }, () => new Worker(new URL('./worker.ts', import.meta.url)));
  }

  /** Runs every job, as many at once as there are threads. Resolves when all are done, or when `onOutcome` said enough. One batch at a time. */
  async run(jobs: Iterable<Job>, { onOutcome }: BatchOptions): Promise<void> {
    const queue = jobs[Symbol.iterator]();
    let enough = false;
    const next = (): Job | null => {
      if (enough) return null;
      const step = queue.next();
      return step.done === true ? null : step.value;
    };
    await Promise.all(
      this.workers.map(async (worker) => {
        for (let job = next(); job !== null; job = next()) {
          if (!onOutcome(await this.runOne(worker, job))) enough = true;
        }
      }),
    );
  }

  private runOne(worker: Worker, job: Job): Promise<JobOutcome> {
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (outcome: JobOutcome) => {
        worker.off('error', reject);
        resolve(outcome);
      });
      worker.postMessage(job);
    });
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
