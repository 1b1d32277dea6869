// Builds dist/: bundles that Node runs as they are, so that nothing is compiled at each start, and the types of what is public.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';
import { build } from 'esbuild';
import { externalOf, NODE_BUNDLE } from './bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { index: 'src/index.ts', bin: 'src/bin.ts', testing: 'src/testing/index.ts' },
  outdir: dist,
  ...NODE_BUNDLE,
  // What is not a dependency of the package (the workspace of AWS's small languages) goes into the bundle.
  external: externalOf(Object.keys(dependencies)),
});
cpSync(join(root, 'src/services/lambda/runtime'), join(dist, 'runtime'), { recursive: true });

// The types of what is public, each file by itself: what they reach is written out in full.
const PUBLIC = [
  'index',
  'aws',
  'connect',
  'core/faults/faults',
  'core/ledger',
  'corridor/call-log',
  'testing/index',
  'testing/until',
];
for (const name of PUBLIC) {
  const file = join(root, 'src', `${name}.ts`);
  const { output } = await transformFile(file, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022', experimental: { emitIsolatedDts: true } },
  });
  const declarations = JSON.parse(output).__swc_isolated_declarations__;
  const target = join(dist, 'types', `${name}.d.ts`);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, declarations.replaceAll(/(from\s+['"]\.[^'"]*)(['"])/g, '$1.js$2'));
}
