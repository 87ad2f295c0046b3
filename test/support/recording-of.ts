// A made-up recording of Binance's combined stream.

/** `count` lines half a second apart: books and trades in turn. */
export function recordingOf(rawSymbol: string, count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const data =
      index % 2 === 0
        ? { e: 'depthUpdate', s: rawSymbol, u: index, b: [['0.8000', `${index + 1}`]], a: [['0.8100', '5']] }
        : { e: 'trade', s: rawSymbol, p: '0.8100', q: `${index}`, m: false };
    const time = `${1_723_161_600_000 + index * 500}000000`;
    return `${time} ${JSON.stringify({ stream: 'any', data })}\n`;
  }).join('');
}
