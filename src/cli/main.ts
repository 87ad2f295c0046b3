#!/usr/bin/env node
// The command line's front door: runs one command and exits with its status.
// The commands are described in program.ts; each lives in a file of its own.

import { flushOutput } from '../runtime/flush-output.ts';
import { runCommandLine } from './program.ts';

const status = await runCommandLine(process.argv.slice(2));
// A pipe may still hold what was printed: it goes out first.
await flushOutput();
// Connections kept open for reuse must not keep a finished command alive.
process.exit(status);
