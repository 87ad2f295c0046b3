// The platforms by name. Everything that differs between them lives in their own folders under exchanges/.

export const BINANCE = 'binance';
export const HTX = 'htx';
export const HUOBI = HTX;
export const OKX = 'okx';
export const OKEX = OKX;

export type Platform = typeof BINANCE | typeof HTX | typeof OKX;
export const PLATFORMS: readonly Platform[] = [BINANCE, OKX, HTX];
