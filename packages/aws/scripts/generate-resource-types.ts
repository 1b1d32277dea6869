import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type {
  PropertySchema,
  ResourceTypeSchema,
  ResourceTypes,
  ValueSchema,
} from '../src/services/cloudformation/resources/schema/resource-schema';
import { describeResourceTypes, listResourceTypes } from './describe-resource-types';

/*
 * Writes data/resource-types.json, what CloudFormation's own specification says of resource types,
 * data/resource-properties.d.ts, the same as TypeScript, and data/resource-type-names.json, all names that there are.
 *
 * npx tsx packages/aws/scripts/generate-resource-types.ts                    refreshes the types that are there
 * npx tsx packages/aws/scripts/generate-resource-types.ts AWS::SQS::Queue    adds a type
 */

const schemasFile = new URL('../data/resource-types.json', import.meta.url);
const namesFile = new URL('../data/resource-type-names.json', import.meta.url);
const interfacesFile = new URL('../data/resource-properties.d.ts', import.meta.url);

/** JSON with one property a line, so that a refresh reads as what it changed. */
function formatSchemas(schemas: ResourceTypes): string {
  const lines = (members: object, indent: string, format: (value: unknown, indent: string) => string) => {
    const entries = Object.entries(members);
    if (entries.length === 0) return '{}';
    const inner = entries.map(
      ([name, value]) => `${indent} ${JSON.stringify(name)}: ${format(value, `${indent} `)}`,
    );
    return `{\n${inner.join(',\n')}\n${indent}}`;
  };
  const line = (value: unknown) => JSON.stringify(value);
  const block = (value: unknown, indent: string) => lines(value as object, indent, line);
  const blocks = (value: unknown, indent: string) => lines(value as object, indent, block);
  const type = (value: unknown, indent: string) => {
    const { properties, attributes, definitions, ...rest } = value as ResourceTypeSchema;
    const members = [
      ...Object.entries(rest).map(([name, member]) => `${JSON.stringify(name)}: ${line(member)}`),
      `"properties": ${block(properties, `${indent} `)}`,
      `"attributes": ${block(attributes, `${indent} `)}`,
      `"definitions": ${blocks(definitions, `${indent} `)}`,
    ];
    return `{\n${members.map((member) => `${indent} ${member}`).join(',\n')}\n${indent}}`;
  };
  return `${lines(schemas, '', type)}\n`;
}

/** `AWS::EC2::VPC` is `EC2VPC`. */
function interfaceName(type: string): string {
  return type.split('::').slice(1).join('');
}

/** Properties as handlers get them: read, with numbers and booleans as such. */
function formatInterfaces(schemas: ResourceTypes): string {
  const typeOf = (schema: ValueSchema, prefix: string): string => {
    switch (schema.type) {
      case 'string':
      case 'integer':
        return schema.enum?.map((value) => JSON.stringify(value)).join(' | ') ?? plain[schema.type];
      case 'list':
        return `Array<${typeOf(schema.of, prefix)}>`;
      case 'map':
        return `Record<string, ${typeOf(schema.of, prefix)}>`;
      case 'union':
        return schema.of.map((one) => typeOf(one, prefix)).join(' | ');
      case 'object':
        return `${prefix}${schema.name}`;
      default:
        return plain[schema.type];
    }
  };
  const body = (name: string, properties: Readonly<Record<string, PropertySchema>>, prefix: string) => [
    `export interface ${name} {`,
    ...Object.entries(properties).map(
      ([property, schema]) =>
        `  ${/^\w+$/.test(property) ? property : JSON.stringify(property)}${schema.required ? '' : '?'}: ${typeOf(schema, prefix)};`,
    ),
    '}',
  ];
  const interfaces = Object.entries(schemas).flatMap(([type, { properties, definitions }]) => {
    const name = interfaceName(type);
    return [
      ...body(name, properties, `${name}_`),
      ...Object.entries(definitions).flatMap(([definition, members]) =>
        body(`${name}_${definition}`, members, `${name}_`),
      ),
    ];
  });
  return [
    '// Written by scripts/generate-resource-types.ts.',
    '',
    'export interface ResourceProperties {',
    ...Object.keys(schemas).map((type) => `  '${type}': ${interfaceName(type)};`),
    '}',
    'export interface ResourceTag { Key: string; Value: string }',
    'export type Json = string | Record<string, unknown> | unknown[];',
    ...interfaces,
    '',
  ].join('\n');
}

const plain = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  json: 'Json',
  tag: 'ResourceTag',
} as const;

function generateResourceTypes(added: readonly string[]): void {
  const known = existsSync(schemasFile) ? Object.keys(JSON.parse(readFileSync(schemasFile, 'utf8'))) : [];
  const schemas = describeResourceTypes([...new Set([...known, ...added])]);
  writeFileSync(schemasFile, formatSchemas(schemas));
  writeFileSync(namesFile, `${JSON.stringify(listResourceTypes(), undefined, 1)}\n`);
  writeFileSync(interfacesFile, formatInterfaces(schemas));
}

generateResourceTypes(process.argv.slice(2));
