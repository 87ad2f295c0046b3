// The thread's side of batch.ts: one job at a time, its outcome back.
// Everything about a run is in job.ts.
import { parentPort } from 'node:worker_threads';
import { runJob, type Job } from './job.ts';

parentPort?.on('message', (job: Job) => {
  void runJob(job).then((outcome) => parentPort?.postMessage(outcome));
});
