import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckedTemplate } from '../../serverless/check-texts';
import { parseTemplate } from '../cloudformation-specification';

// Its CommonJS namesake is what an import finds.
const { findTextProblems } = jest.requireActual<typeof import('../../serverless/check-texts')>(
  '../../serverless/check-texts.ts',
);

const KNOWN = { 'AWS::StackName': 'kiln-prod' };
const one = (Type: string, Properties: Record<string, unknown>): CheckedTemplate => ({
  Resources: { One: { Type, Properties } },
});
const problemsOf = (Type: string, properties: Record<string, unknown>) =>
  findTextProblems(one(Type, properties), KNOWN);

test('the texts of the sample fleet are those that AWS takes', () => {
  const text = readFileSync(join(__dirname, '../../fleet/template.yml'), 'utf8');
  const template = parseTemplate(text) as unknown as CheckedTemplate;
  expect(
    findTextProblems(template, { FleetName: 'x'.repeat(24), NetworkParameters: '/kiln/network' }),
  ).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'AWS::EC2::SecurityGroup',
    { GroupDescription: 'Web – from the load balancer' },
    'One.GroupDescription: expected letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, got "Web – from the load balancer"',
  ],
  [
    'AWS::EC2::SecurityGroup',
    { GroupName: 'sg-web', GroupDescription: 'Web' },
    'One.GroupName: expected letters',
  ],
  [
    'AWS::EC2::SecurityGroup',
    { SecurityGroupIngress: [{ Description: "Kiln's probe" }] },
    'One.SecurityGroupIngress[0].Description: expected letters',
  ],
  [
    'AWS::Lambda::Function',
    { Description: 'x'.repeat(257) },
    'One.Description: expected at most 256 characters, got 257',
  ],
  [
    'AWS::Lambda::Function',
    { FunctionName: 'kiln prod' },
    'One.FunctionName: expected letters, digits, - and _',
  ],
  [
    'AWS::Scheduler::Schedule',
    { Name: { 'Fn::Sub': `\${AWS::StackName}-${'w'.repeat(55)}` } },
    'One.Name: expected at most 64 characters, got 65',
  ],
  ['AWS::SSM::Parameter', { Name: '/aws/kiln' }, 'One.Name: expected letters, digits, - and _, . and /'],
  [
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    { Name: 'internal-web' },
    'One.Name: expected letters, digits and -',
  ],
  [
    'AWS::Events::Rule',
    { EventPattern: { source: ['x'.repeat(2048)] } },
    'One.EventPattern: expected at most 2048 characters of JSON, got 2063',
  ],
  ['AWS::S3::Bucket', { Tags: [{ Key: 'aws:team', Value: 'web' }] }, 'One.Tags: expected a key of letters'],
  ['AWS::S3::Bucket', { Tags: [{ Key: 'AWS:team', Value: 'web' }] }, 'One.Tags: expected a key of letters'],
  ['AWS::S3::Bucket', { Tags: [{ Key: 'team', Value: 'a|b' }] }, 'One.Tags.team: expected letters'],
  [
    'AWS::S3::Bucket',
    { Tags: [{ Key: 'k'.repeat(129), Value: '' }] },
    'One.Tags: expected at most 128 characters',
  ],
  [
    'AWS::SSM::Parameter',
    { Tags: { team: 'v'.repeat(257) } },
    'One.Tags.team: expected at most 256 characters',
  ],
  [
    'AWS::SSM::Parameter',
    { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`t${at}`, 'x'])) },
    'One.Tags: expected at most 50 tags, got 51',
  ],
  [
    'AWS::EC2::LaunchTemplate',
    { LaunchTemplateData: { TagSpecifications: [{ Tags: [{ Key: 'aws:x', Value: 'y' }] }] } },
    'One.LaunchTemplateData.TagSpecifications.0.Tags: expected a key of letters',
  ],
])('of %s %j is refused', (type, properties, problem) => {
  expect(problemsOf(type, properties)).toEqual([expect.stringContaining(problem)]);
});

test('what is known only when it is deployed is not looked at', () => {
  const later = { Ref: 'Other' };
  expect(
    problemsOf('AWS::SSM::Parameter', { Name: later, Value: later, Tags: [{ Key: 'k', Value: later }] }),
  ).toEqual([]);
});

test('descriptions of a template, its parameters and its outputs have a length', () => {
  const described = { Description: 'x'.repeat(4001) };
  const template = {
    ...described,
    Parameters: { P: described },
    Outputs: { O: described },
    Resources: {},
  };
  expect(findTextProblems(template)).toEqual([
    'Description: expected at most 1024 characters, got 4001',
    'Parameters.P.Description: expected at most 4000 characters, got 4001',
    'Outputs.O.Description: expected at most 1024 characters, got 4001',
  ]);
});
