import type { StartOptions } from '../aws';

/** Time that leaps, unless the options say how it shall go. */
export function leapUnless(options: StartOptions): StartOptions {
  return options.timeScale === undefined ? { leap: true, ...options } : options;
}
