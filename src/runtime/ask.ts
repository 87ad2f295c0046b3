// Asks the person at the terminal a yes-or-no question. Without a terminal there is nobody to ask: the answer is no.

import { createInterface } from 'node:readline';

export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** True only when the person typed y or yes. Ctrl-C at the question counts as no. */
export function ask(question: string): Promise<boolean> {
  if (!canAsk()) return Promise.resolve(false);
  return new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    let answer = '';
    terminal.once('SIGINT', () => terminal.close());
    terminal.once('close', () => resolve(/^y(?:es)?$/i.test(answer.trim())));
    terminal.question(`${question} [y/N] `, (line) => {
      answer = line;
      terminal.close();
    });
  });
}
