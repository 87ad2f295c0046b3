// How fast something grows: the straight line through readings.

export type Reading = readonly [x: number, y: number];

/** Least squares: units of y for each unit of x. */
export function slope(readings: readonly Reading[]): number {
  const meanX = readings.reduce((sum, [x]) => sum + x, 0) / readings.length;
  const meanY = readings.reduce((sum, [, y]) => sum + y, 0) / readings.length;
  const over = readings.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / readings.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

/** As `slope`, of what is left of x and of y when the share of each that goes with `beside` is taken out. */
export function slopeBeside(readings: readonly (readonly [x: number, y: number, beside: number])[]): number {
  const left = (values: readonly number[]): number[] => {
    const per = slope(readings.map(([, , beside], index) => [beside, values[index] ?? NaN]));
    return readings.map(([, , beside], index) => (values[index] ?? NaN) - per * beside);
  };
  const y = left(readings.map((reading) => reading[1]));
  return slope(left(readings.map(([x]) => x)).map((x, index) => [x, y[index] ?? NaN]));
}
