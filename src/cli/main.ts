#!/usr/bin/env node
// The command line's front door: runs one command and exits with its status.
// The commands are described in program.ts; each lives in a file of its own.

import { flushOutput } from '../runtime/flush-output.ts';
import { lostOutput } from './printed.ts';
import { runCommandLine } from './program.ts';

// Whoever reads along may stop reading (`| head`): what is under way goes on, and ends with its own status.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const status = await runCommandLine(process.argv.slice(2));
// A pipe may still hold what was printed: it goes out first.
await flushOutput();
// An empty file must not pass for "no orders".
const lost = await lostOutput();
if (lost !== null) process.stderr.write(`error: the output could not be written (${lost})\n`);
// Connections kept open for reuse must not keep a finished command alive.
process.exit(lost === null ? status : Math.max(status, 1));
