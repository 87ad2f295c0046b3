// What does not depend on the exchange is tried on one of them, on another for each test: CI has ten minutes. With EVERYWHERE=1 on all of them.
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';

export const EVERYWHERE = process.env['EVERYWHERE'] === '1';

export function onOne(platform: Platform): readonly Platform[] {
  return EVERYWHERE ? PLATFORMS : [platform];
}
