import { type NewRegion, newRegion } from '../../../testing/region';
import { findImage } from '../../ssm/testing';
import { resourceTypes } from '../resources/types';
import { cloudFormationOf } from '../testing';
import { settling } from './resources/settling';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
});
afterEach(() => region.aws.stop());

const trust = `{ Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: "sts:AssumeRole" }] }`;
const TEMPLATE = `
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: ${trust} } }
  Profile: { Type: AWS::IAM::InstanceProfile, Properties: { Roles: [!Ref Role] } }`;

test('a profile takes the two minutes in which AWS makes it known, though IAM has it at once', async () => {
  const cfn = cloudFormationOf(region);
  const { clock } = region.context;
  const began = clock.millis();
  await cfn.create('s', TEMPLATE, { Capabilities: ['CAPABILITY_IAM'] });
  expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const seconds = (clock.millis() - began) / 1000;
  expect(seconds).toBeGreaterThan(130);
  expect(seconds).toBeLessThan(160);
});

test('what is waited for when a stack is abandoned is given up, and deleted', async () => {
  const cfn = cloudFormationOf(region);
  const wrong = `{ Type: AWS::SSM::Parameter, DependsOn: Role, Properties: { Type: String, Name: aws/no, Value: v } }`;
  await cfn.create('s', `${TEMPLATE}\n  Wrong: ${wrong}`, { Capabilities: ['CAPABILITY_IAM'] });
  expect((await cfn.describe('s'))?.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(
    (await region.api('iam').ListRoles({ PathPrefix: '/' })).Roles?.map(({ RoleName }) => RoleName),
  ).not.toContainEqual(expect.stringContaining('Role-'));
  expect((await region.api('iam').ListInstanceProfiles({})).InstanceProfiles).toEqual([]);
});

test('a rule takes the minute that AWS takes to make it known everywhere', async () => {
  const cfn = cloudFormationOf(region);
  const { clock } = region.context;
  const began = clock.millis();
  const Properties = "{ ScheduleExpression: 'rate(1 day)' }";
  await cfn.create('s', `Resources: { Rule: { Type: AWS::Events::Rule, Properties: ${Properties} } }`);
  const seconds = (clock.millis() - began) / 1000;
  expect(seconds).toBeGreaterThan(60);
  expect(seconds).toBeLessThan(75);
});

test('a parameter that holds an image is there once SSM has found the image, and fails where there is none', async () => {
  const cfn = cloudFormationOf(region);
  const of = (name: string, image: string) =>
    `Resources: { Image: { Type: AWS::SSM::Parameter, Properties: { Type: String, Name: ${name}, DataType: 'aws:ec2:image', Value: ${image} } } }`;
  const image = await findImage(region);
  await cfn.create('there', of('/there', image));
  expect((await cfn.describe('there'))?.StackStatus).toBe('CREATE_COMPLETE');
  expect(region.state('ssm').parameter('/there')).toBe(image);
  await cfn.create('none', of('/none', 'ami-0123456789abcdef0'));
  const { failures } = await cfn.state('none');
  expect(failures.join()).toContain('Stabilizing the parameter creation for parameter /none');
});

test('every type that is waited for is one that there is', () => {
  expect(Object.keys(settling).filter((type) => !resourceTypes[type])).toEqual([]);
});
