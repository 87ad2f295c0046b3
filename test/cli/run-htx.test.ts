// Every end of a supervised strategy on htx; the suite is run-suite.ts.
import { rehearseEnds } from './run-suite.ts';

rehearseEnds('htx');
