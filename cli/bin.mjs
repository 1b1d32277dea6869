#!/usr/bin/env node
// The `kiln` command: what was built of it, built anew where the sources have changed since.
import { setFlagsFromString } from 'node:v8';
import { buildIfStale } from './build.mjs';

// The SDK warns at every start on Node 20 that it will need Node 22 one day; users can do nothing about that here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
// A heap that may double before V8 looks what is still in use takes 60 MB more here, and saves no time.
setFlagsFromString('--heap-growing-percent=25');
// A young generation that may grow beyond these megabytes takes 40 MB more, and saves none either.
setFlagsFromString('--max-semi-space-size=4');
await buildIfStale();
const { main } = await import('../dist/kiln.js');
await main(process.argv);
