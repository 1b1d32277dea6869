// @ts-check
/**
 * A CommonJS bundle as the function that `require` would make of it, with a way to import besides: in code that comes from V8's
 * code cache a dynamic `import()` does not work (Node.js 20), so it becomes a call of the last parameter. The name has the
 * same length, so that columns in stack traces and source maps stay right.
 *
 * @param {string} source
 */
function wrapBundle(source) {
  const imports = source.replace(/^#!.*/, '').replace(/(?<![\w$.])import(?=\s*\()/g, 'imp0rt');
  return `(function (exports, require, module, __filename, __dirname, imp0rt) { ${imports}\n});`;
}

module.exports = { wrapBundle };
