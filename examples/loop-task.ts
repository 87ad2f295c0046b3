// A loop task: called again and again, never twice at the same time, and one failure does not end it.
//   npm run -s aioquant -- run examples/loop-task.ts
import { LoopRunTask, quant } from 'aioquant';

let runs = 0;

async function look(where: string): Promise<void> {
  runs++;
  console.log(`run ${runs}: looking at ${where}`);
  if (runs === 2) throw new Error('this one fails; it is logged, and the next run comes all the same');
  // Longer than the interval: the next run waits for this one.
  if (runs === 3) await new Promise((resolve) => setTimeout(resolve, 1_200));
  if (runs === 5) {
    LoopRunTask.unregister(taskId);
    await quant.stop('five runs are enough');
  }
}

let taskId = '';

export default function loopTask(): void {
  taskId = LoopRunTask.register(look, 0.5, 'the market');
}

if (import.meta.main) await quant.start(process.argv[2], loopTask);
