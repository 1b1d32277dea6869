import {
  type Document,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLParseError,
} from 'yaml';
import type { z } from 'zod';
import { PipelineDefinition } from './definition';

/** What became of the text of a pipeline file: its definition, or all that is wrong with it. */
export interface Parsed {
  readonly definition?: PipelineDefinition;
  readonly problems: readonly string[];
}

type Path = readonly PropertyKey[];

/**
 * Parses the text of a pipeline file. Each problem names the path in the file, what was expected and the line.
 *
 * @param text the file's content, YAML 1.2
 */
export function parseDefinition(text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return { problems: document.errors.map((error) => describeSyntaxError(error, lines)) };
  }
  const refused = findRefused(document, lines);
  if (refused.length > 0) return { problems: refused };
  const content = readContent(document);
  if (content === undefined) return { problems: ['the file: expected fewer aliases, or of smaller parts'] };
  const result = PipelineDefinition.safeParse(content ?? {});
  if (result.success) return { definition: result.data, problems: [] };
  const problems = result.error.issues.flatMap((issue) => describeIssue(issue, document, lines));
  return { problems: [...new Set(problems)] };
}

/** What YAML allows and no mapping of texts can hold: a key that is no text or is lost on the way, and a part that contains itself. */
function findRefused(document: Document, lines: LineCounter): string[] {
  const problems: string[] = [];
  const refuse = (what: string, range: readonly number[] | null | undefined) =>
    problems.push(`${what} (line ${lines.linePos(range?.[0] ?? 0).line})`);
  visit(document, {
    Alias: (_key, { source, range }, above) => {
      if (above.some((node) => isNode(node) && 'anchor' in node && node.anchor === source))
        refuse(`*${source}: expected an alias of something that does not contain it`, range);
    },
    Pair: (_key, { key }) => {
      if (!isScalar(key)) refuse('expected a text as the name of a key', isNode(key) ? key.range : null);
      else if (key.value === '__proto__') refuse('__proto__: unknown key', key.range);
    },
  });
  return problems;
}

/** What the file says; undefined where its aliases would grow without bound. */
function readContent(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function describeSyntaxError(error: YAMLParseError, lines: LineCounter): string {
  const { line, col } = lines.linePos(error.pos[0]);
  const message =
    error.code === 'MULTIPLE_DOCS' ? 'expected one document, without a second ---' : error.message;
  return `line ${line}, column ${col}: ${message}`;
}

function describeIssue(issue: z.core.$ZodIssue, document: Document, lines: LineCounter): string[] {
  const at = (path: Path, message: string) => {
    const line = findLine(document, path, lines);
    return `${formatPath(path)}: ${message}${line === undefined ? '' : ` (line ${line})`}`;
  };
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => at([...issue.path, key], issue.message));
  }
  // The message of a bad key of a mapping is that of the key, not that of the mapping.
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => at(issue.path, message));
  return [at(issue.path, issue.message)];
}

/** A path as one would write it in code: `rollout[0].minHealthy`. */
function formatPath(path: Path): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '') || 'the file';
}

/** The line of the value at a path, or of the nearest thing around it that the file has. */
function findLine(document: Document, path: Path, lines: LineCounter): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}
