// The process in which a supervised strategy runs; started by run.ts, never by hand.

import { runAlone } from './run.ts';

const [strategy = '', config] = process.argv.slice(2);
await runAlone(strategy, config);
