import { readProperties } from './read-properties';
import { loadResourceTypes, type ResourceTypeSchema, type ResourceTypes } from './resource-schema';

let types: ResourceTypes;
beforeAll(async () => {
  types = await loadResourceTypes();
});

function schemaOf(type: string): ResourceTypeSchema {
  const schema = types[type];
  if (!schema) throw new Error(`no schema of ${type}`);
  return schema;
}

function read<Type extends string>(type: Type, properties: unknown) {
  return readProperties(type, schemaOf(type), properties);
}

test('scalars become what the schema says, however the template writes them', () => {
  expect(read('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16', EnableDnsSupport: 'True' })).toEqual({
    success: true,
    properties: { CidrBlock: '10.0.0.0/16', EnableDnsSupport: true },
  });
  expect(
    read('AWS::Lambda::Function', { Code: { S3Bucket: 1 }, Role: 'r', Timeout: '30', Description: true }),
  ).toEqual({
    success: true,
    properties: { Code: { S3Bucket: '1' }, Role: 'r', Timeout: 30, Description: 'true' },
  });
});

test('properties inside of lists, maps and definitions are read too', () => {
  const Listener = {
    LoadBalancerArn: 'arn',
    Port: '80',
    DefaultActions: [{ Type: 'forward', Order: '1', ForwardConfig: { TargetGroups: [{ Weight: '2' }] } }],
  };
  expect(read('AWS::ElasticLoadBalancingV2::Listener', Listener)).toMatchObject({
    success: true,
    properties: {
      Port: 80,
      DefaultActions: [{ Order: 1, ForwardConfig: { TargetGroups: [{ Weight: 2 }] } }],
    },
  });
  expect(
    read('AWS::Lambda::Function', {
      Code: {},
      Role: 'r',
      Environment: { Variables: { PORT: 80, ON: true } },
    }),
  ).toMatchObject({ properties: { Environment: { Variables: { PORT: '80', ON: 'true' } } } });
});

test('a policy is taken as a document and as its text', () => {
  const document = { Version: '2012-10-17', Statement: [] };
  const role = (AssumeRolePolicyDocument: unknown) => read('AWS::IAM::Role', { AssumeRolePolicyDocument });
  expect(role(document)).toEqual({ success: true, properties: { AssumeRolePolicyDocument: document } });
  const text = JSON.stringify(document);
  expect(role(text)).toEqual({ success: true, properties: { AssumeRolePolicyDocument: text } });
});

test('the text of a document is as good as the document', () => {
  const machine = { RoleArn: 'r', Definition: '{"StartAt":"A"}' };
  expect(read('AWS::StepFunctions::StateMachine', machine)).toMatchObject({
    properties: { Definition: { StartAt: 'A' } },
  });
});

test.each([
  ['AWS::EC2::VPC', { Cidr: 'x' }, '#: extraneous key [Cidr] is not permitted'],
  ['AWS::SSM::Parameter', { Type: 'String' }, '#: required key [Value] not found'],
  ['AWS::SSM::Parameter', { Type: 'Text', Value: 'v' }, '#/Type: Text is not a valid enum value'],
  [
    'AWS::SSM::Parameter',
    { Type: 'String', Value: ['v'] },
    '#/Value: expected type: String, found: JSONArray',
  ],
  ['AWS::EC2::VPC', { Tags: [{ Value: 'v' }] }, '#/Tags/0: required key [Key] not found'],
  ['AWS::EC2::VPC', { Tags: 'x' }, '#/Tags: expected type: JSONArray, found: String'],
  ['AWS::EC2::VPC', { EnableDnsSupport: 'yes' }, '#/EnableDnsSupport: expected type: Boolean, found: String'],
  ['AWS::EC2::Volume', { Size: 1.5 }, '#/Size: expected type: Integer, found: Double'],
  ['AWS::EC2::Volume', { Size: null }, '#/Size: expected type: Integer, found: Null'],
  [
    'AWS::EC2::Volume',
    { AvailabilityZone: {} },
    '#/AvailabilityZone: expected type: String, found: JSONObject',
  ],
  [
    'AWS::S3::Bucket',
    { VersioningConfiguration: 'Enabled' },
    '#/VersioningConfiguration: expected type: JSONObject, found: String',
  ],
  [
    'AWS::IAM::Role',
    { AssumeRolePolicyDocument: [], Path: [] },
    '#/Path: expected type: String, found: JSONArray',
  ],
  [
    'AWS::Events::EventBus',
    { Name: 'n', Policy: null },
    '#/Policy: #: no subschema matched out of the total 2 subschemas',
  ],
  ['AWS::S3::Bucket', { constructor: 'x' }, '#: extraneous key [constructor] is not permitted'],
])('%s with %j is refused: %s', (type, properties, violation) => {
  const reading = read(type, properties);
  expect(reading.success ? [] : reading.violations).toContain(violation);
});

test('all violations are told at once', () => {
  expect(read('AWS::SSM::Parameter', { Kind: 'a', Tier: 'Gold' })).toEqual({
    success: false,
    violations: [
      '#: extraneous key [Kind] is not permitted',
      '#/Tier: Gold is not a valid enum value',
      '#: required key [Type] not found',
      '#: required key [Value] not found',
    ],
  });
});

test('types that are CloudFormation itself have words of their own for unknown properties', () => {
  expect(read('AWS::CloudFormation::WaitConditionHandle', { Count: 1 })).toEqual({
    success: false,
    violations: ['Encountered unsupported property Count'],
  });
});
