/**
 * A script of `runtime/`, which worker threads load as it stands: it lies beside this file in the sources, and beside the bundles once
 * the package is built.
 *
 * @param name e.g. `bootstrap.cjs`
 */
export function runtimeFile(name: string): URL {
  return new URL(`./runtime/${name}`, import.meta.url);
}
