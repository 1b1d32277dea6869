import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { PropertyType, Resource, ResourceProperties } from '@aws-cdk/service-spec-types';
import { type CollectionTag, parse, type ScalarTag } from 'yaml';

export interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >;
}

/** The functions of templates that have a short form; `!Ref` and `!Condition` have a long one without `Fn::`. */
const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'Condition',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Ref',
  'Select',
  'Split',
  'Sub',
];

/** Reads a template, with the short forms of functions written out: `!GetAtt Vpc.CidrBlock` is `{ 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }`. */
export function parseTemplate(text: string): Template {
  return parse(text, { customTags: FUNCTIONS.flatMap(tagsOf) }) as Template;
}

function tagsOf(name: string): (ScalarTag | CollectionTag)[] {
  const tag = `!${name}`;
  const call = (argument: unknown) => ({
    [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: argument,
  });
  return [
    { tag, resolve: (text) => call(name === 'GetAtt' ? text.split(/\.(.*)/, 2) : text) },
    { tag, collection: 'seq', resolve: (list) => call(list.toJSON()) },
    { tag, collection: 'map', resolve: (map) => call(map.toJSON()) },
  ] as (ScalarTag | CollectionTag)[];
}

/**
 * Holds a template against CloudFormation's own specification of its resources, as a linter does: types, properties that
 * there are not or that are missing, values of another type, attributes that a resource does not have.
 *
 * @returns each problem with its place
 */
export function findTemplateProblems(template: Template): string[] {
  const specification = loadAwsServiceSpecSync();
  const specificationOf = (type: string): Resource | undefined =>
    specification.lookup('resource', 'cloudFormationType', 'equals', type)[0];
  const problems: string[] = [];

  const checkProperties = (value: unknown, known: ResourceProperties, place: string): void => {
    if (!isRecord(value)) return void problems.push(`${place}: expected properties`);
    for (const [name, inner] of Object.entries(value)) {
      const type = known[name]?.type;
      if (type) checkValue(inner, type, `${place}.${name}`);
      else problems.push(`${place}.${name}: no such property`);
    }
    for (const [name, { required }] of Object.entries(known))
      if (required && !(name in value)) problems.push(`${place}.${name}: is required`);
  };

  const checkValue = (value: unknown, type: PropertyType, place: string): void => {
    const choices = choicesOf(value);
    if (choices) for (const choice of choices) checkValue(choice, type, place);
    else if (isIntrinsic(value)) return;
    else if (type.type === 'array' && Array.isArray(value))
      value.forEach((one, at) => {
        checkValue(one, type.element, `${place}[${at}]`);
      });
    else if (type.type === 'ref')
      checkProperties(value, specification.get('typeDefinition', type.reference.$ref).properties, place);
    else if (!isOf(value, type))
      problems.push(`${place}: expected ${type.type}, got ${JSON.stringify(value)}`);
  };

  for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
    const resource = specificationOf(Type);
    if (resource) checkProperties(Properties, resource.properties, id);
    // A custom resource has no properties but those that its provider knows, beside that provider.
    else if (!Type.startsWith('Custom::') || !Properties.ServiceToken)
      problems.push(`${id}: there is no resource type ${Type}`);
  }
  for (const [id, attribute] of findAttributes(template)) {
    const resource = specificationOf(template.Resources[id]?.Type ?? '');
    if (!resource?.attributes[attribute]) problems.push(`${id} has no attribute ${attribute}`);
  }
  return problems;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A call of an intrinsic function, whose value is not known yet. */
function isIntrinsic(value: unknown): boolean {
  const [name, ...more] = isRecord(value) ? Object.keys(value) : [];
  return name !== undefined && more.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}

/** What `Fn::If` may come to. */
function choicesOf(value: unknown): unknown[] | undefined {
  const condition = isRecord(value) ? value['Fn::If'] : undefined;
  return Array.isArray(condition) ? condition.slice(1) : undefined;
}

/** CloudFormation takes numbers and booleans as texts too, but no text as anything else. */
function isOf(value: unknown, type: PropertyType): boolean {
  switch (type.type) {
    case 'string':
    case 'date-time':
      return ['string', 'number', 'boolean'].includes(typeof value);
    case 'number':
    case 'integer':
      return value !== '' && Number.isFinite(Number(value));
    case 'boolean':
      return [true, false, 'true', 'false'].some((one) => one === value);
    case 'array':
      return Array.isArray(value);
    case 'map':
    case 'json':
      return typeof value === 'object' && value !== null;
    case 'union':
      return type.types.some((one) => one.type === 'ref' || isOf(value, one));
    default:
      return true;
  }
}

/** Every resource and attribute that an `Fn::GetAtt` names. */
function findAttributes(value: unknown): [id: string, attribute: string][] {
  if (Array.isArray(value)) return value.flatMap(findAttributes);
  if (!isRecord(value)) return [];
  const named = value['Fn::GetAtt'];
  if (Array.isArray(named)) return [[String(named[0]), named.slice(1).join('.')]];
  return Object.values(value).flatMap(findAttributes);
}
