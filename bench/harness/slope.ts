// How fast something grows: the straight line through readings.

export type Reading = readonly [x: number, y: number];

/** Least squares: units of y for each unit of x. */
export function slope(readings: readonly Reading[]): number {
  const meanX = readings.reduce((sum, [x]) => sum + x, 0) / readings.length;
  const meanY = readings.reduce((sum, [, y]) => sum + y, 0) / readings.length;
  const over = readings.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / readings.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
