// What a command prints on standard output for whoever asked, and whether it got there.

/** Codes of a disk without room. A reader that went away (`| head`) has seen what it wanted. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

let lost: string | null = null;

function put(text: string): void {
  process.stdout.write(text, (error) => {
    if (error && 'code' in error && NO_ROOM.has(error.code)) lost ??= String(error.code);
  });
}

export function print(line = ''): void {
  put(`${line}\n`);
}

/** Machine-readable output: one JSON value on one line. */
export function printJson(value: unknown): void {
  put(`${JSON.stringify(value)}\n`);
}

/** The system's code for why something printed is lost; null when nothing is. To be asked when the output is flushed. */
export async function lostOutput(): Promise<string | null> {
  // What the system refuses it tells at the next tick.
  await new Promise<void>((told) => process.nextTick(told));
  return lost;
}
