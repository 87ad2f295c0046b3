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

export const RECORDING_DECODERS: readonly RecordingDecoder[] = [binanceRecording, okxRecording, htxRecording];
