import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** Where no test counts: it calls every operation, and asserts of none what its answer says. */
const WITHOUT = join(ROOT, 'test/conformance');
/** What the scaffold writes into a test that nobody has written yet. */
const STUB = 'what AWS answers';

/** A test file of a service, or of several. */
export interface TestFile {
  readonly text: string;
  /** The service whose folder it is in. */
  readonly service?: string;
}

/**
 * The operations of a service that some test asserts: it calls them, itself or by a function of its file, and expects
 * something.
 *
 * @param service the folder's name
 * @param operations those that are there
 * @param files of `readTestFiles`
 */
export function assertedOperations(
  service: string,
  operations: readonly string[],
  files: readonly TestFile[],
): Set<string> {
  const found = new Set<string>();
  for (const file of files.filter((one) => mayCall(one, service))) {
    const helpers = readHelpers(file.text);
    for (const test of blocksOf(file.text, /^( *)(?:test|it)\b/gm)) {
      if (!/\bexpect\(/.test(test) || test.includes(STUB)) continue;
      const called = withHelpers(test, helpers);
      for (const operation of operations) if (calls(called, file, service, operation)) found.add(operation);
    }
  }
  return found;
}

/** All tests of the package, but for these. */
export function readTestFiles(): TestFile[] {
  return ['src/services', 'test'].flatMap((room) => {
    const names = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' });
    return names
      .filter((name) => name.endsWith('.test.ts') && !join(ROOT, room, name).startsWith(WITHOUT))
      .map((name) => ({
        text: readFileSync(join(ROOT, room, name), 'utf8'),
        service: room === 'test' ? undefined : name.split(/[\\/]/)[0],
      }));
  });
}

function mayCall({ text, service: own }: TestFile, service: string): boolean {
  return (
    own === service ||
    (own === undefined && (text.includes(`/client-${service}'`) || text.includes(`('${service}')`)))
  );
}

function calls(text: string, { service: own }: TestFile, service: string, operation: string): boolean {
  if (new RegExp(`\\b(?:${operation}Command|paginate${operation})\\(`).test(text)) return true;
  if (new RegExp(`\\bapi(?:As)?\\('${service}'[^)\\n]*\\)\\s*\\.${operation}\\(`).test(text)) return true;
  return (
    own === service && new RegExp(`(?<!api(?:As)?\\('[\\w-]+'[^)\\n]*\\)\\s*)\\.${operation}\\(`).test(text)
  );
}

/** The functions that stand at the top of a file, by name. */
function readHelpers(text: string): Map<string, string> {
  const helpers = new Map<string, string>();
  for (const block of blocksOf(text, /^()(?:async )?(?:function\*? |const )\w+/gm)) {
    const [, name = ''] = /(?:function\*?|const) (\w+)/.exec(block) ?? [];
    helpers.set(name, block);
  }
  return helpers;
}

/** A test with the functions that it calls, and those that they call. */
function withHelpers(test: string, helpers: ReadonlyMap<string, string>): string {
  const used = new Set<string>();
  let text = test;
  for (let before = ''; before !== text; ) {
    before = text;
    for (const [name, body] of helpers) {
      if (used.has(name) || !new RegExp(`\\b${name}\\(`).test(text)) continue;
      used.add(name);
      text += body;
    }
  }
  return text;
}

/** The statements that begin so, each to its end: as they are formatted, a line that is indented alike and ends it. */
function blocksOf(text: string, start: RegExp): string[] {
  return [...text.matchAll(start)].map((match) => {
    const rest = text.slice(match.index);
    const end = new RegExp(`^${match[1] ?? ''}(?! ).*(?:;|^\\})$`, 'm').exec(rest);
    return end ? rest.slice(0, end.index + end[0].length) : rest;
  });
}
