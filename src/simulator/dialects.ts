// The registry of exchanges that can be simulated: their dialects and the decoders of their recordings.
// Everything that differs between them is in their folders; adding an exchange adds a line to each table.

import { createDialect as binance } from './binance/index.ts';
import { recordingDecoder as binanceRecording } from './binance/recording.ts';
import type { DialectFactory } from './dialect.ts';
import { createDialect as htx } from './htx/index.ts';
import { recordingDecoder as htxRecording } from './htx/recording.ts';
import type { RecordingDecoder } from './market/recording.ts';
import { createDialect as okx } from './okx/index.ts';
import { recordingDecoder as okxRecording } from './okx/recording.ts';

export const DIALECTS: Readonly<Record<string, DialectFactory>> = { binance, okx, htx };

/** How long order ids are where that matters: OKX's are beyond 2^53 (okx.md 18), HTX's nearly (htx.md 5.0). */
export const ORDER_ID_DIGITS: Readonly<Record<string, number>> = { okx: 19, htx: 16 };

export const RECORDING_DECODERS: readonly RecordingDecoder[] = [binanceRecording, okxRecording, htxRecording];
