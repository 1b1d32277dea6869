// @ts-check
/** What a bundle's code has of its own where `require` makes a module of it. */
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/**
 * A CommonJS bundle as the function that `require` would make of it, with a way to import besides: in code that comes from V8's
 * code cache a dynamic `import()` does not work (Node.js 20), so it becomes a call of the last parameter. The name has the
 * same length, so that columns in stack traces and source maps stay right.
 *
 * @param {string} source
 * @param {readonly string[]} more names that are global elsewhere: with any, it is a function of these that gives that function
 */
function wrapBundle(source, more = []) {
  const imports = source.replace(/^#!.*/, '').replace(/(?<![\w$.])import(?=\s*\()/g, 'imp0rt');
  const own = `(function (${[...PARAMETERS, 'imp0rt'].join(', ')}) { ${imports}\n})`;
  // Around it, so that the bundle may declare the same names: `const crypto = require('crypto')`.
  return more.length === 0 ? `${own};` : `(function (${more.join(', ')}) { return ${own}; });`;
}

module.exports = { wrapBundle };
