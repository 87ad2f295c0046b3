// Every end of a supervised strategy on binance; the suite is run-suite.ts.
import { rehearseEnds } from './run-suite.ts';

rehearseEnds('binance');
