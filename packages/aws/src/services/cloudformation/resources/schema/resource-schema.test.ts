import {
  hasAttribute,
  loadResourceTypes,
  type ResourceTypeSchema,
  type ResourceTypes,
  replacementOf,
} from './resource-schema';

let types: ResourceTypes;
beforeAll(async () => {
  types = await loadResourceTypes();
});

function schemaOf(type: string): ResourceTypeSchema {
  const schema = types[type];
  if (!schema) throw new Error(`no schema of ${type}`);
  return schema;
}

test.each([
  ['AWS::EC2::VPC', ['CidrBlock', 'Tags'], 'True'],
  ['AWS::EC2::VPC', ['InstanceTenancy'], 'Conditional'],
  ['AWS::EC2::VPC', ['EnableDnsSupport', 'Tags'], 'False'],
  ['AWS::EC2::VPC', [], 'False'],
  ['AWS::EC2::Instance', ['InstanceType', 'ImageId'], 'True'],
  ['AWS::S3::Bucket', ['BucketName'], 'True'],
] as const)('%s replaced for %j: %s', (type, changed, replacement) => {
  expect(replacementOf(schemaOf(type), changed)).toBe(replacement);
});

test('attributes of attributes are there by their path, and no others', () => {
  const names = ['VpcId', 'VpcEncryptionControl.State', 'State', 'constructor'];
  expect(names.filter((name) => hasAttribute(schemaOf('AWS::EC2::VPC'), name))).toEqual(names.slice(0, 2));
  const outputs = { attributes: { Outputs: { type: 'map', of: { type: 'string' } } } } as const;
  expect(hasAttribute(outputs, 'Outputs.Url')).toBe(true);
});

test('every definition that a schema names is there', () => {
  const missing = Object.entries(types).flatMap(([type, { definitions, ...schema }]) =>
    [...JSON.stringify([schema, definitions]).matchAll(/"type":"object","name":"(\w+)"/g)]
      .map(([, name = '']) => name)
      .filter((name) => !definitions[name])
      .map((name) => `${type} ${name}`),
  );
  expect(missing).toEqual([]);
});

test('tags are told by their property and form', () => {
  expect(schemaOf('AWS::AutoScaling::AutoScalingGroup').tags).toEqual({ property: 'Tags', form: 'asg' });
  expect(schemaOf('AWS::SSM::Parameter').tags).toEqual({ property: 'Tags', form: 'map' });
  expect(schemaOf('AWS::EC2::Route').tags).toBeUndefined();
});

test('Ref is made of the specification’s own identifiers', () => {
  expect(schemaOf('AWS::Events::Rule').ref).toEqual(['EventBusName', 'Name']);
  expect(schemaOf('AWS::EC2::VPC').ref).toEqual(['VpcId']);
});
