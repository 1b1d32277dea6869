import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../core/aws-error';

/** The two dialects of AWS's query protocol: EC2's capitalises keys and flattens all lists. */
export interface QueryDialect {
  readonly ec2: boolean;
}

interface Node {
  value?: string;
  children?: Map<string, Node>;
}

/**
 * Decodes the input of an operation from the form fields of the query protocols
 * (`Filter.1.Name=…`, `Names.member.1=…`), as the schema says. Protocols: https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 *
 * @throws AwsError `UnknownParameter` (EC2), or for a value that is not of its type
 */
export function decodeQueryInput(
  schema: NormalizedSchema,
  form: URLSearchParams,
  dialect: QueryDialect,
): unknown {
  const root: Node = { children: new Map() };
  for (const [key, value] of form) {
    if (key === 'Action' || key === 'Version' || isAuthField(key)) continue;
    plant(root, key, value);
  }
  if (!schema.isStructSchema()) return {};
  return readStruct(schema, root, '', dialect);
}

/** Query-string authentication, which is not part of the input. */
function isAuthField(key: string): boolean {
  return (
    key.startsWith('X-Amz-') ||
    key === 'AWSAccessKeyId' ||
    key === 'Signature' ||
    key === 'SignatureMethod' ||
    key === 'SignatureVersion' ||
    key === 'Timestamp'
  );
}

function plant(root: Node, key: string, value: string): void {
  let node = root;
  for (const part of key.split('.')) {
    node.children ??= new Map();
    let child = node.children.get(part);
    if (!child) {
      child = {};
      node.children.set(part, child);
    }
    node = child;
  }
  node.value = value;
}

function read(schema: NormalizedSchema, node: Node, path: string, dialect: QueryDialect): unknown {
  if (schema.isStructSchema()) return readStruct(schema, node, path, dialect);
  if (schema.isListSchema()) return readList(schema, node, path, dialect);
  if (schema.isMapSchema()) return readMap(schema, node, path, dialect);
  return readSimple(schema, node.value ?? '', path);
}

function readStruct(
  schema: NormalizedSchema,
  node: Node,
  path: string,
  dialect: QueryDialect,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [name, member] of schema.structIterator()) {
    const key = memberKey(name, member, dialect);
    known.add(key);
    const child = node.children?.get(key);
    if (child) result[name] = read(member, child, path ? `${path}.${key}` : key, dialect);
  }
  if (dialect.ec2) {
    for (const key of node.children?.keys() ?? []) {
      if (!known.has(key)) {
        throw new AwsError(
          'UnknownParameter',
          `The parameter ${path ? `${path}.${key}` : key} is not recognized`,
        );
      }
    }
  }
  return result;
}

/** What a member is called in a query. */
export function memberKey(name: string, member: NormalizedSchema, dialect: QueryDialect): string {
  const traits = member.getMergedTraits();
  if (!dialect.ec2) return traits.xmlName ?? name;
  if (traits.ec2QueryName) return String(traits.ec2QueryName);
  const key = traits.xmlName ?? name;
  return key.charAt(0).toUpperCase() + key.slice(1);
}

function readList(schema: NormalizedSchema, node: Node, path: string, dialect: QueryDialect): unknown[] {
  const member = schema.getValueSchema();
  const flat = dialect.ec2 || schema.getMergedTraits().xmlFlattened;
  const suffix = member.getMergedTraits().xmlName ?? 'member';
  const items = flat ? node : (node.children?.get(suffix) ?? node.children?.get('member'));
  const numbered = [...(items?.children ?? [])].map(([key, child]) => {
    if (!/^\d+$/.test(key))
      throw new AwsError('InvalidParameterValue', `The list index ${path}.${key} is not a number`);
    return [Number(key), child] as const;
  });
  return numbered
    .sort(([a], [b]) => a - b)
    .map(([index, child]) => read(member, child, `${path}.${index}`, dialect));
}

function readMap(
  schema: NormalizedSchema,
  node: Node,
  path: string,
  dialect: QueryDialect,
): Record<string, unknown> {
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueName = schema.getValueSchema().getMergedTraits().xmlName ?? 'value';
  const items = schema.getMergedTraits().xmlFlattened ? node : node.children?.get('entry');
  const result: Record<string, unknown> = {};
  for (const child of items?.children?.values() ?? []) {
    const key = child.children?.get(keyName)?.value;
    const value = child.children?.get(valueName);
    if (key !== undefined && value)
      result[key] = read(schema.getValueSchema(), value, `${path}.${key}`, dialect);
  }
  return result;
}

/** A value from its text, as query strings, form fields, headers and path labels carry it. */
export function readSimple(schema: NormalizedSchema, text: string, path: string): unknown {
  if (schema.isBooleanSchema()) {
    if (text.toLowerCase() === 'true') return true;
    if (text.toLowerCase() === 'false') return false;
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${text}) for parameter ${path} is invalid. Expected 'true' or 'false'`,
    );
  }
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) {
    const number = Number(text);
    if (text.trim() === '' || Number.isNaN(number)) {
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${text}) for parameter ${path} is invalid. Expected a number`,
      );
    }
    return number;
  }
  if (schema.isTimestampSchema()) {
    const date = new Date(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : text);
    if (Number.isNaN(date.getTime())) {
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${text}) for parameter ${path} is invalid. Expected a timestamp`,
      );
    }
    return date;
  }
  if (schema.isBlobSchema()) return Buffer.from(text, 'base64');
  return text;
}
