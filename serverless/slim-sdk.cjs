const { readdirSync, readFileSync } = require('node:fs');
const { readFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');

// An SDK client is made of hundreds of files, one an operation, and of one list a shape in its schemas. A bundler must
// parse all files to know what they export, and must keep all schemas, since their computed keys could have effects. For
// two dozen functions that is minutes of work and megabytes of code that nothing calls.

const CLIENT = /@aws-sdk[\\/](?:client-[\w-]+|lib-dynamodb)[\\/]dist-es[\\/]/.source;
const INDEX = new RegExp(`${CLIENT}index\\.js$`);
const PARTS = new RegExp(`${CLIENT}(commands|pagination|waiters)[\\\\/]index\\.js$`);
const SCHEMAS = new RegExp(`${CLIENT}schemas[\\\\/]schemas_\\d+\\.js$`);

/** `export * from "./EC2";`: the client with a method an operation, which imports them all. */
const AGGREGATED = /^export \* from "\.\/(?!\w+Client")[A-Z]\w*";$/gm;
const EXPORT = /^export \* from ["']\.\/(\w+)["'];$/gm;
const SHAPE = /^(export var [\w$]+|var [\w$]+) = (\[[\s\S]*?\n?\]);$/gm;

/** Every word of the sources that are bundled. A command that is used stands among them by its name. */
function readWords(folders) {
  const words = new Set();
  for (const folder of folders) {
    for (const file of readdirSync(folder, { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      for (const [word] of readFileSync(join(folder, file), 'utf8').matchAll(/\w+/g)) words.add(word);
    }
  }
  return words;
}

/** The commands of lib-dynamodb that are used name those of client-dynamodb that they wrap. */
function addWrapped(words) {
  const folder = join(dirname(require.resolve('@aws-sdk/lib-dynamodb/package.json')), 'dist-es', 'commands');
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('Command.js') || !words.has(file.replace('.js', ''))) continue;
    for (const [word] of readFileSync(join(folder, file), 'utf8').matchAll(/\w+Command\b/g)) words.add(word);
  }
}

/** What a file of the client exports: `RunInstancesCommand`, `paginateDescribeImages`, `waitUntilImageAvailable`. */
function exportOf(file) {
  if (file.endsWith('Paginator')) return `paginate${file.slice(0, -'Paginator'.length)}`;
  return file.replace(/^waitFor/, 'waitUntil');
}

/** Lets esbuild see of the SDK only what the functions use. A part that it leaves out by mistake fails the build. */
const slimSdk = {
  name: 'slim-sdk',
  setup(build) {
    const root = join(__dirname, '..');
    const words = readWords([join(root, 'src'), join(root, 'functions')]);
    addWrapped(words);
    const load = (filter, change) =>
      build.onLoad({ filter }, async ({ path }) => {
        return { contents: change(await readFile(path, 'utf8')), loader: 'js' };
      });
    load(INDEX, (source) => source.replace(AGGREGATED, ''));
    load(PARTS, (source) => source.replace(EXPORT, (line, file) => (words.has(exportOf(file)) ? line : '')));
    load(SCHEMAS, (source) => source.replace(SHAPE, '$1 = /* @__PURE__ */ (() => $2)();'));
  },
};

module.exports = [slimSdk];
