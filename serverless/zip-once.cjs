/**
 * A plugin that has serverless-esbuild zip each bundle once, and not once for each of the two dozen functions in it: their archives are
 * the same, byte for byte, so that one serves them all, here and in the bucket.
 */
module.exports = class ZipOnce {
  constructor({ pluginManager }) {
    const esbuild = pluginManager.plugins.find(
      (plugin) => plugin.constructor.name === 'EsbuildServerlessPlugin',
    );
    if (!esbuild) throw new Error('zip-once.cjs stands behind serverless-esbuild in the list of plugins');
    const pack = esbuild.pack;
    esbuild.pack = async () => {
      const all = esbuild.buildResults ?? [];
      const first = new Map();
      for (const result of all) {
        const key = keyOf(result);
        if (!first.has(key)) first.set(key, result);
      }
      const others = all.filter((result) => first.get(keyOf(result)) !== result);
      // Which one is whose is lost once they are packed: their archives take the place of their patterns.
      const sharing = others.map((result) => [result.func, first.get(keyOf(result)).func]);
      esbuild.buildResults = [...first.values()];
      await pack();
      esbuild.buildResults = all;
      for (const [func, packed] of sharing) func.package = { ...packed.package };
    };
  }
};

/** Functions with the same bundle and the same further files have the same archive. */
function keyOf({ bundlePath, func }) {
  return JSON.stringify([bundlePath, func.package?.patterns ?? []]);
}
