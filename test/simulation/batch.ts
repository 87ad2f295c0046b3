// Many runs on all cores: hands jobs to worker threads and their outcomes back, in whatever order they come.
// What a job is and how it is run in a thread is job.ts's and worker.ts's part.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Job, JobOutcome } from './job.ts';

export interface BatchOptions {
  readonly threads?: number;
  /** Called for every outcome; false ends the batch early. */
  readonly onOutcome: (outcome: JobOutcome) => boolean;
}

/** Runs every job, as many at once as there are threads. Resolves when all are done, or when `onOutcome` said enough. */
export async function runBatch(
  jobs: Iterable<Job>,
  { threads = availableParallelism(), onOutcome }: BatchOptions,
): Promise<void> {
  const queue = jobs[Symbol.iterator]();
  let enough = false;
  const next = (): Job | null => {
    if (enough) return null;
    const step = queue.next();
    if (step.done === true) return null;
    return step.value;
  };
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const first = next();
      if (first === null) return;
      const worker = new Worker(new URL('./worker.ts', import.meta.url));
      try {
        await new Promise<void>((resolve, reject) => {
          worker.on('error', reject);
          worker.on('message', (outcome: JobOutcome) => {
            if (!onOutcome(outcome)) enough = true;
            const job = next();
            if (job === null) resolve();
            else worker.postMessage(job);
          });
          worker.postMessage(first);
        });
      } finally {
        await worker.terminate();
      }
    }),
  );
}
