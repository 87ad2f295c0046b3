// Every end of a supervised strategy on okx; the suite is run-suite.ts.
import { rehearseEnds } from './run-suite.ts';

rehearseEnds('okx');
