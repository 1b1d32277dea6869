import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { validationError } from '../errors';
import { isObject, type JsonObject } from './template';

/** Short forms whose long form has no `Fn::`. */
const PLAIN_TAGS = new Set(['Ref', 'Condition']);
const TAGS = new Set([
  'Ref',
  'Condition',
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
]);

/**
 * Reads the text of a template, YAML with CloudFormation's short forms or JSON, into plain values.
 *
 * @throws AwsError `ValidationError` as CloudFormation words it for text that is not well-formed
 */
export function parseTemplateText(body: string): JsonObject {
  const value = readText(body);
  if (!isObject(value) || !isShallow(value, DEEPEST))
    throw validationError('Template format error: unsupported structure.');
  return value;
}

/** Templates are read by functions that call themselves; nothing that a template needs is nested deeper. */
const DEEPEST = 200;

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((item) => isShallow(item, levels - 1));
}

function readText(body: string): unknown {
  try {
    return body.trimStart().startsWith('{') ? parseJson(body) : parseYaml(body);
  } catch (error) {
    // So deep that the parser's own stack overflows.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    // A YAML flow mapping also begins with a brace.
    const document = parseDocument(body, { logLevel: 'silent' });
    if (document.errors.length === 0) return parseYaml(body);
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const before = body.slice(0, position === undefined ? body.length : Number(position)).split('\n');
    // AWS names the column behind the character that it could not take.
    throw validationError(
      `Template format error: JSON not well-formed. (line ${before.length}, column ${(before.at(-1) ?? '').length + 2})`,
    );
  }
}

function parseYaml(body: string): unknown {
  const document = parseDocument(body, { logLevel: 'silent', schema: 'core', maxAliasCount: 0 } as never);
  const error = document.errors[0];
  if (error) {
    const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
    if (error.code === 'DUPLICATE_KEY')
      throw validationError(`Template format error: duplicate keys (line ${line}, column ${col})`);
    throw validationError(`Template format error: YAML not well-formed. (line ${line}, column ${col})`);
  }
  return readNode(document.contents);
}

function readNode(node: unknown): unknown {
  if (node === null || node === undefined) return null;
  if (isAlias(node))
    throw validationError('Template error: YAML aliases are not allowed in CloudFormation templates');
  const tag = (node as Node).tag;
  const value = readUntagged(node);
  if (tag === undefined || !tag.startsWith('!') || tag === '!') return value;
  const name = tag.slice(1);
  if (!TAGS.has(name)) throw validationError(`Template format error: Unrecognized tag ${tag}`);
  if (PLAIN_TAGS.has(name)) return { [name]: value };
  return { [`Fn::${name}`]: name === 'GetAtt' ? splitAttribute(value) : value };
}

function readUntagged(node: unknown): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map(readNode);
  if (isMap(node)) {
    const entries = node.items.map((pair) => {
      const key = isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : String(pair.key);
      return [key, readNode(pair.value)] as const;
    });
    return Object.fromEntries(entries);
  }
  throw validationError('Template format error: unsupported structure.');
}

/** `!GetAtt Vpc.CidrBlock` is `["Vpc", "CidrBlock"]`; the attribute may itself have dots. */
function splitAttribute(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const dot = value.indexOf('.');
  return dot < 0 ? value : [value.slice(0, dot), value.slice(dot + 1)];
}
