#!/usr/bin/env node
// The `kiln` command. TypeScript is run as it stands, through tsx.
import { register } from 'tsx/esm/api';

// The SDK warns at every start on Node 20 that it will need Node 22 one day; users can do nothing about that here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
register();
const { main } = await import('./kiln.ts');
await main(process.argv);
