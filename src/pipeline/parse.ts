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
import { PipelineDefinition } from './definition/definition';

/** What became of the text of a pipeline file: its definition, or all that is wrong with it. */
export interface Parsed {
  readonly definition?: PipelineDefinition;
  readonly problems: readonly string[];
}

type Path = readonly PropertyKey[];

/** A file whose keys take the place of those of the pipeline file. */
export interface Overlay {
  readonly file: string;
  readonly text: string;
}

/** What a text holds, and where. */
interface Source {
  /** Of an overlay. */
  readonly file?: string | undefined;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly content: unknown;
}

/**
 * Parses the text of a pipeline file. Each problem names the path in the file, what was expected and the line.
 *
 * @param text the file's content, YAML 1.2
 * @param overlay the file of a stage: each of its keys takes the place of the same key of the pipeline file, whole
 */
export function parseDefinition(text: string, overlay?: Overlay): Parsed {
  const sources = [readSource(text), ...(overlay ? [readSource(overlay.text, overlay.file)] : [])];
  const problems = sources.flatMap((source) => ('problems' in source ? source.problems : []));
  if (problems.length > 0) return { problems };
  const read = sources.flatMap((source) => ('problems' in source ? [] : [source]));
  const result = PipelineDefinition.safeParse(mergeContents(read));
  if (result.success) return { definition: result.data, problems: [] };
  const found = result.error.issues.flatMap((issue) => describeIssue(issue, read));
  return { problems: [...new Set(found)] };
}

function readSource(text: string, file?: string): Source | { problems: string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const say = (problems: string[]) => ({
    problems: problems.map((problem) => (file ? `${file}: ${problem}` : problem)),
  });
  if (document.errors.length > 0)
    return say(document.errors.map((error) => describeSyntaxError(error, lines)));
  const refused = findRefused(document, lines);
  if (refused.length > 0) return say(refused);
  const content = readContent(document);
  if (content === undefined) return say(['the file: expected fewer aliases, or of smaller parts']);
  if (file && !isMapping(content)) return say(['expected a mapping with keys of the pipeline file']);
  return { file, document, lines, content: content ?? {} };
}

function isMapping(content: unknown): content is Record<string, unknown> {
  return typeof content === 'object' && content !== null && !Array.isArray(content);
}

function mergeContents([base, overlay]: readonly Source[]): unknown {
  return isMapping(base?.content) && isMapping(overlay?.content)
    ? { ...base.content, ...overlay.content }
    : base?.content;
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

function describeIssue(issue: z.core.$ZodIssue, sources: readonly Source[]): string[] {
  const at = (path: Path, message: string) => {
    const source = sources.findLast(
      ({ content }) => isMapping(content) && Object.hasOwn(content, path[0] ?? ''),
    );
    const line = findLine(source ?? sources[0], path);
    const file = source?.file ? `${source.file}: ` : '';
    return `${file}${formatPath(path)}: ${message}${line === undefined ? '' : ` (line ${line})`}`;
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
function findLine(source: Source | undefined, path: Path): number | undefined {
  if (!source) return undefined;
  const { document, lines } = source;
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}
