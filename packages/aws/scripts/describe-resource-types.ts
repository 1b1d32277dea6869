import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type {
  PropertyType,
  Resource,
  ResourceProperties,
  SpecDatabase,
  TypeDefinition,
} from '@aws-cdk/service-spec-types';
import type {
  PropertySchema,
  PropertySchemas,
  ResourceTypeSchema,
  ResourceTypes,
  ValueSchema,
} from '../src/services/cloudformation/resources/schema/resource-schema';

/**
 * What CloudFormation's specification says of resource types, without its prose.
 *
 * @param names e.g. `AWS::EC2::VPC`
 * @throws when there is no such type
 */
export function describeResourceTypes(names: readonly string[]): ResourceTypes {
  const database = loadAwsServiceSpecSync();
  return Object.fromEntries(
    names.toSorted().map((name) => {
      const unlisted = UNLISTED[name];
      if (unlisted) return [name, unlisted];
      const [resource] = database.lookup('resource', 'cloudFormationType', 'equals', name);
      if (!resource) throw new Error(`CloudFormation's specification has no resource type ${name}`);
      return [name, describeType(database, resource)];
    }),
  );
}

/** The names of all resource types of the specification. */
export function listResourceTypes(): string[] {
  const all = loadAwsServiceSpecSync().all('resource');
  const names = all.map(({ cloudFormationType }) => cloudFormationType);
  return [...new Set([...names, ...Object.keys(UNLISTED)])].sort();
}

/** What CloudFormation has and its specification leaves out. */
const UNLISTED: ResourceTypes = {
  // Written into each stack by the CDK: https://docs.aws.amazon.com/cdk/v2/guide/usage-data.html
  'AWS::CDK::Metadata': {
    identifier: ['Id'],
    ref: ['Id'],
    properties: { Analytics: { type: 'string' }, Modules: { type: 'string' } },
    attributes: {},
    definitions: {},
  },
};

function describeType(database: SpecDatabase, resource: Resource): ResourceTypeSchema {
  const definitions = new Map<string, { readonly id: string; readonly properties: PropertySchemas }>();

  const describeValue = (type: PropertyType): ValueSchema => {
    switch (type.type) {
      case 'string':
      case 'integer':
        return type.allowedValues ? { type: type.type, enum: type.allowedValues } : { type: type.type };
      case 'array':
        return { type: 'list', of: describeValue(type.element) };
      case 'map':
        return { type: 'map', of: describeValue(type.element) };
      case 'union':
        return { type: 'union', of: type.types.map(describeValue) };
      case 'ref':
        return { type: 'object', name: define(database.get('typeDefinition', type.reference.$ref)) };
      case 'date-time':
        return { type: 'string' };
      case 'null':
        throw new Error(`${resource.cloudFormationType}: no schema for a value that is always null`);
      default:
        return { type: type.type };
    }
  };

  const describeProperties = (properties: ResourceProperties): PropertySchemas =>
    Object.fromEntries(
      Object.entries(properties)
        .sort(byName)
        .map(([name, { type, required, causesReplacement }]): [string, PropertySchema] => [
          name,
          {
            ...describeValue(type),
            ...(required && { required }),
            ...(causesReplacement === 'yes' && { replaces: 'always' }),
            ...(causesReplacement === 'maybe' && { replaces: 'sometimes' }),
          },
        ]),
    );

  const define = ({ $id, name, properties }: TypeDefinition): string => {
    const known = definitions.get(name);
    if (known && known.id !== $id)
      throw new Error(`${resource.cloudFormationType}: two definitions are named ${name}`);
    if (!known) {
      // First the name, as definitions may hold themselves.
      definitions.set(name, { id: $id, properties: {} });
      definitions.set(name, { id: $id, properties: describeProperties(properties) });
    }
    return name;
  };

  const properties = describeProperties(resource.properties);
  const { primaryIdentifier = [], cfnRefIdentifier = primaryIdentifier, tagInformation } = resource;
  const attributes = Object.entries(resource.attributes).sort(byName);
  return {
    identifier: primaryIdentifier,
    ref: cfnRefIdentifier,
    ...(tagInformation && {
      tags: { property: tagInformation.tagPropertyName, form: tagInformation.variant },
    }),
    properties,
    attributes: Object.fromEntries(attributes.map(([name, { type }]) => [name, describeValue(type)])),
    definitions: Object.fromEntries(
      [...definitions].sort(byName).map(([name, definition]) => [name, definition.properties]),
    ),
  };
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
