import type { PlaceOptions } from '../remote/place';
import { flagsOf } from './context';

/** The last line of a command: what one would type next, with where Kiln is. */
export function nextOf(options: PlaceOptions, ...commands: readonly string[]): string {
  return `next: ${commands.map((command) => command + flagsOf(options)).join(' · ')}`;
}
