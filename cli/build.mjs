// Builds dist/: the command and the embedded AWS in bundles that Node runs as they are. Compiling them at each start took six
// seconds of its time and a hundred megabytes.
import { readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { externalOf, NODE_BUNDLE } from '../packages/aws/scripts/bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const runtime = 'packages/aws/src/services/lambda/runtime';
/** What the bundles are made of. */
const SOURCES = ['cli', 'src', 'bench', 'packages', 'test/faults/simulator'];
/** Packages of this repository, which go into the bundles; all others are loaded from node_modules. */
const OWN = new Set(['embedded-aws', 'aws-languages']);
/** Milliseconds for which what an older build left stays: a command that still runs may load it. */
const KEPT = 24 * 3600 * 1000;

/** Builds where anything has changed since it was built. */
export async function buildIfStale() {
  const builtAt = modifiedAt(join(dist, 'kiln.js'));
  if (builtAt === undefined || newest(SOURCES.map((name) => join(root, name))) > builtAt) await buildAll();
}

/** Builds in any case. */
export async function buildAll() {
  const { build, stop } = await import('esbuild');
  const dependencies = ['package.json', 'packages/aws/package.json'].flatMap((file) =>
    Object.keys(JSON.parse(readFileSync(join(root, file), 'utf8')).dependencies),
  );
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: {
      kiln: 'cli/kiln.ts',
      'bench-build': 'bench/build.ts',
      faults: 'test/faults/simulator/main.ts',
      'bench-downtime': 'bench/downtime/run.ts',
    },
    outdir: dist,
    ...NODE_BUNDLE,
    external: externalOf(dependencies.filter((name) => !OWN.has(name))),
    write: false,
  });
  await stop();
  await cp(join(root, runtime), join(dist, 'runtime'), { recursive: true });
  // The command itself comes last: its age is that of the whole.
  const parts = outputFiles.sort((a, b) => Number(isCommand(a.path)) - Number(isCommand(b.path)));
  for (const { path, contents } of parts) await put(path, contents);
  removeOld(new Set(parts.map(({ path }) => relative(dist, path))));
}

const isCommand = (path) => basename(path) === 'kiln.js';

/** Another command may be building, or loading, the same file. */
async function put(path, contents) {
  const written = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(written, contents);
  renameSync(written, path);
}

function removeOld(current) {
  for (const name of readdirSync(dist)) {
    const path = join(dist, name);
    const age = Date.now() - (modifiedAt(path) ?? Date.now());
    if (name !== basename(runtime) && !current.has(name) && age > KEPT) rmSync(path, { force: true });
  }
}

/** When a file or folder of these was changed last, in milliseconds. */
function newest(folders) {
  let latest = 0;
  for (const folder of folders) {
    latest = Math.max(latest, statSync(folder).mtimeMs);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'dist' && entry.name !== 'node_modules')
        latest = Math.max(latest, newest([path]));
      else if (entry.isFile()) latest = Math.max(latest, statSync(path).mtimeMs);
    }
  }
  return latest;
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll();
