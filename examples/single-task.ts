// Single tasks: once, as soon as the current work is done, or once after a delay - which can be called off.
//   npm run -s aioquant -- run examples/single-task.ts
import { quant, SingleTask } from 'aioquant';

function say(text: string): void {
  console.log(text);
}

export default function singleTask(): void {
  SingleTask.run(say, 'second: it never interrupts what is running');
  SingleTask.callLater(say, 1, 'third: a second later');
  const never = SingleTask.callLater(say, 1, 'never: called off in time');
  never.cancel();
  SingleTask.callLater(() => quant.stop('done'), 1.5);
  say('first');
}

if (import.meta.main) await quant.start(process.argv[2], singleTask);
