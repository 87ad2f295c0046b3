#!/usr/bin/env node
// The command line's front door: runs one command and exits with its status.
// The commands are described in program.ts; each lives in a file of its own.

import { runCommandLine } from './program.ts';

const status = await runCommandLine(process.argv.slice(2));
// Connections kept open for reuse must not keep a finished command alive.
process.exit(status);
