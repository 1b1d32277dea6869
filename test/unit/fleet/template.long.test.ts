import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadPipelines } from '../../../src/pipeline/load';
import { versionParameterOf } from '../../../src/rollout/version/parameter';
import { findTemplateProblems, parseTemplate } from '../../cloudformation-specification';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

interface Rule {
  readonly FromPort: number;
  readonly ToPort: number;
  readonly CidrIp?: string;
  readonly GroupId?: string;
  readonly SourceSecurityGroupId?: string;
  readonly DestinationSecurityGroupId?: string;
}

const root = join(__dirname, '../../..');

// Silent: the tags of CloudFormation (!Ref and such) are dropped, what they are about stays.
const text = readFileSync(join(root, 'fleet/template.yml'), 'utf8');
/** Its names as they are with the defaults of its parameters. */
const named = text
  .replaceAll('!Ref FleetName', 'kiln-fleet')
  .replace(/\$\{FleetName\}/g, 'kiln-fleet')
  .replace(/\$\{NetworkParameters\}/g, '/kiln/network');
const template = parse(named, { logLevel: 'silent' }) as {
  Resources: Record<string, Resource>;
};
const resources = Object.values(template.Resources);
const ofType = (type: string) =>
  resources.filter(({ Type }) => Type === type).map((found) => found.Properties);
/** The rules of a group, those that stand beside it too. */
const ingressOf = (name: string) => [
  ...((template.Resources[name]?.Properties.SecurityGroupIngress ?? []) as readonly Rule[]),
  ...(ofType('AWS::EC2::SecurityGroupIngress') as unknown as readonly Rule[]).filter(
    ({ GroupId }) => GroupId === `${name}.GroupId`,
  ),
];

test('the template is what CloudFormation says of its resources', () => {
  expect(findTemplateProblems(parseTemplate(text))).toEqual([]);
});

test.each([
  ['Matcher:', 'Matchers:', 'WebTargetGroup.Matchers: no such property'],
  [
    'CidrBlock: 10.0.1.0/24',
    'CidrBlock: [10.0.1.0/24]',
    'SubnetA.CidrBlock: expected string, got ["10.0.1.0/24"]',
  ],
  ['      LaunchTemplateData:', '      Data:', 'WebLaunchTemplate.LaunchTemplateData: is required'],
  [
    'AWS::EC2::InternetGateway\n',
    'AWS::EC2::Gateway\n',
    'InternetGateway: there is no resource type AWS::EC2::Gateway',
  ],
  ['ProbeSecurityGroup.GroupId', 'ProbeSecurityGroup.Name', 'ProbeSecurityGroup has no attribute Name'],
])('a template with another text than %s is not', (before, after, problem) => {
  expect(findTemplateProblems(parseTemplate(text.replace(before, after)))).toContain(problem);
});

test('the world reaches the load balancer on 80 and 443, and nothing else', () => {
  const open = Object.keys(template.Resources).flatMap((name) =>
    ingressOf(name)
      .filter(({ CidrIp }) => CidrIp !== undefined)
      .map(({ FromPort, ToPort, CidrIp }) => [name, FromPort, ToPort, CidrIp]),
  );
  expect(open).toEqual([
    ['LoadBalancerSecurityGroup', 80, 80, '0.0.0.0/0'],
    ['LoadBalancerSecurityGroup', 443, 443, '0.0.0.0/0'],
  ]);
});

test.each([
  ['WebServerSecurityGroup', ['LoadBalancerSecurityGroup.GroupId', 'ProbeSecurityGroup.GroupId']],
  ['BaseInstanceSecurityGroup', ['ProbeSecurityGroup.GroupId']],
])('%s accepts port 80 from %j only', (name, sources) => {
  expect(ingressOf(name)).toEqual(
    sources.map((source) =>
      expect.objectContaining({ FromPort: 80, ToPort: 80, SourceSecurityGroupId: source }),
    ),
  );
});

test('the probe gets out to base instances and web servers, and nowhere else', () => {
  const egress = template.Resources.ProbeSecurityGroup?.Properties.SecurityGroupEgress as readonly Rule[];
  expect(egress.map((rule) => [rule.FromPort, rule.ToPort, rule.DestinationSecurityGroupId])).toEqual([
    [80, 80, 'BaseInstanceSecurityGroup.GroupId'],
    [80, 80, 'WebServerSecurityGroup.GroupId'],
  ]);
  expect(egress.filter(({ CidrIp }) => CidrIp)).toEqual([]);
});

test('nothing comes in to the probe', () => {
  expect(ingressOf('ProbeSecurityGroup')).toEqual([]);
});

test('no security group lets everything out', () => {
  const groups = ofType('AWS::EC2::SecurityGroup');
  const egress = groups.map((group) => group.SecurityGroupEgress as readonly Rule[] | undefined);
  expect(egress.map((rules) => rules?.every(({ FromPort }) => FromPort > 0))).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

test('every server asks for IMDSv2 and has an encrypted disk', () => {
  const data = ofType('AWS::EC2::LaunchTemplate').map((launchTemplate) => launchTemplate.LaunchTemplateData);
  const expected = expect.objectContaining({
    MetadataOptions: expect.objectContaining({ HttpTokens: 'required' }),
    BlockDeviceMappings: [expect.objectContaining({ Ebs: expect.objectContaining({ Encrypted: true }) })],
  });
  expect(data).toEqual([expected, expected, expected]);
});

test('groups have the template version that was rolled out last, and no desired capacity that an update would restore', () => {
  const groups = ofType('AWS::AutoScaling::AutoScalingGroup');
  expect(groups.map((group) => (group.LaunchTemplate as { Version: string }).Version)).toEqual([
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
    '{{resolve:ssm:${WebVersion}}}',
    '{{resolve:ssm:${ApiVersion}}}',
    '{{resolve:ssm:${VideosVersion}}}',
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
  ]);
  expect(groups.filter((group) => 'DesiredCapacity' in group)).toEqual([]);
});

test('the parameters that the service reads and writes are there', () => {
  const groups = ofType('AWS::AutoScaling::AutoScalingGroup').map((group) => group.AutoScalingGroupName);
  expect(ofType('AWS::SSM::Parameter').map(({ Name, Type }) => [Name, Type])).toEqual([
    ...groups.map((name) => [versionParameterOf(String(name)), 'String']),
    ['/kiln/network/vpc', 'String'],
    ['/kiln/network/subnets', 'StringList'],
    ['/kiln/network/probe-security-group', 'String'],
    ['/kiln/network/base-security-group', 'String'],
  ]);
});

test('every group that a sample pipeline rolls out to is in the fleet', async () => {
  const names = ofType('AWS::AutoScaling::AutoScalingGroup').map((group) => group.AutoScalingGroupName);
  const targets = (await loadPipelines(join(root, 'pipelines'))).flatMap(
    ({ definition }) => definition.rollout,
  );
  expect(names).toEqual(['kiln-fleet-web', 'kiln-fleet-api', 'kiln-fleet-videos']);
  expect(targets.filter(({ autoScalingGroup }) => !names.includes(autoScalingGroup))).toEqual([]);
});
