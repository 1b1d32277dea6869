import { Script } from 'node:vm';
import { wrapBundle } from '../runtime/wrap.cjs';

/** Bundles that are kept compiled. */
const MOST = 50;

/** By their text: the same service is deployed again and again in one process. */
const compiled = new Map<string, Script>();

/**
 * Compiles a bundle, unless it was before.
 *
 * @param names what its code has of its own beside what a module has
 * @throws SyntaxError
 */
export function compileBundle(source: string, file: string, names: readonly string[]): Script {
  const known = compiled.get(source);
  if (known) return known;
  const script = new Script(wrapBundle(source, names), { filename: file });
  for (const oldest of compiled.keys()) {
    if (compiled.size < MOST) break;
    compiled.delete(oldest);
  }
  compiled.set(source, script);
  return script;
}
