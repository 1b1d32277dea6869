import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { insertTables, readPermissions, writeTables } from './permissions-table';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = `${root}docs/security.md`;
writeFileSync(file, insertTables(readFileSync(file, 'utf8'), writeTables(readPermissions(root))));
