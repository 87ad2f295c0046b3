// The inherited suite on one exchange: only what is its own is said here.
import { OKX } from '../../src/domain/platform.ts';
import { conformance } from './conformance.ts';

conformance({ platform: OKX, handTag: {} });
