// How this repository is bundled for Node: the package, and the command that is built on it.
export const NODE_BUNDLE = {
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
};

/** What esbuild leaves out of a bundle: packages, and whatever stands in their folders. */
export function externalOf(packages) {
  return packages.flatMap((name) => [name, `${name}/*`]);
}
