import type { Call } from '../../core/service';
import { rootCall } from '../../testing/api';
import { addActiveFunction, addRole } from '../../testing/functions';
import { type NewRegion, newRegion } from '../../testing/region';

let region: NewRegion;
let place: { readonly VpcId: string; readonly SubnetId: string; readonly RouteTableId: string };
const Bucket = 'shared';

beforeEach(async () => {
  region = await newRegion();
  const ec2 = region.api('ec2');
  const { Vpc: { VpcId = '' } = {} } = await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' });
  await ec2.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
  const { Subnet: { SubnetId = '' } = {} } = await ec2.CreateSubnet({ VpcId, CidrBlock: '10.0.0.0/24' });
  const { RouteTables = [] } = await ec2.DescribeRouteTables({
    Filters: [{ Name: 'vpc-id', Values: [VpcId] }],
  });
  place = { VpcId, SubnetId, RouteTableId: RouteTables[0]?.RouteTableId ?? '' };
  await region.api('s3').CreateBucket({ Bucket });
});
afterEach(() => region[Symbol.asyncDispose]());

/** A call with the credentials of a function that stands in the subnet, or nowhere in it. */
async function callOf(subnetId: string | undefined): Promise<Call> {
  const RoleArn = await addRole(region, 'app');
  const iam = region.state('iam');
  const interfaceId =
    subnetId === undefined
      ? undefined
      : region.state('ec2').createInterface({ subnetId, groupIds: [], description: 'a' }).interfaceId;
  const heldBy = 'arn:aws:lambda:us-east-1:000000000000:function:f';
  const { accessKeyId } = iam.issue(RoleArn, 'f', 3600, {
    heldBy,
    ...(interfaceId !== undefined && { interfaceId }),
  });
  return { ...rootCall(), principal: iam.principalOf(accessKeyId) };
}

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string, Resource: string | string[] = '*', more: object = {}) => ({
  ...{ Effect: 'Allow', Principal: '*', Action, Resource },
  ...more,
});

async function addGateway(service: string, PolicyDocument?: string): Promise<string> {
  const { VpcEndpoint } = await region.api('ec2').CreateVpcEndpoint({
    VpcId: place.VpcId,
    ServiceName: `com.amazonaws.us-east-1.${service}`,
    RouteTableIds: [place.RouteTableId],
    PolicyDocument,
  });
  return VpcEndpoint?.VpcEndpointId ?? '';
}

test('what the policy of a gateway endpoint does not allow does not come through it, whoever may do it', async () => {
  await region.api('s3').CreateBucket({ Bucket: 'other' });
  const VpcEndpointId = await addGateway('s3', policy(allow('s3:List*', `arn:aws:s3:::${Bucket}`)));
  const s3 = region.apiAs('s3', await callOf(place.SubnetId));
  await s3.ListObjectsV2({ Bucket });
  await expect(s3.ListObjectsV2({ Bucket: 'other' })).rejects.toMatchObject({
    code: 'AccessDenied',
    message: expect.stringMatching(
      /s3:ListBucket .* because no VPC endpoint policy allows the s3:ListBucket action$/,
    ),
  });
  const elsewhere = region.apiAs('s3', await callOf(undefined));
  await elsewhere.ListObjectsV2({ Bucket: 'other' });
  const deny = { ...allow('s3:*'), Effect: 'Deny' };
  await region.api('ec2').ModifyVpcEndpoint({ VpcEndpointId, PolicyDocument: policy(allow('*'), deny) });
  await expect(s3.ListObjectsV2({ Bucket })).rejects.toThrow(
    'with an explicit deny in a VPC endpoint policy',
  );
  await region.api('ec2').ModifyVpcEndpoint({ VpcEndpointId, ResetPolicy: true });
  await s3.ListObjectsV2({ Bucket: 'other' });
});

test('policies may ask by which endpoint, VPC and address a call comes', async () => {
  const VpcEndpointId = await addGateway('s3');
  const only = async (Condition: object) => {
    const Resource = [`arn:aws:s3:::${Bucket}`];
    const Statement = { ...allow('s3:ListBucket', Resource, { Condition }), Effect: 'Deny' };
    await region.api('s3').PutBucketPolicy({ Bucket, Policy: policy(Statement) });
  };
  const inside = region.apiAs('s3', await callOf(place.SubnetId));
  const outside = region.apiAs('s3', await callOf(undefined));
  for (const condition of [
    { StringNotEquals: { 'aws:SourceVpce': VpcEndpointId } },
    { StringNotEquals: { 'aws:SourceVpc': place.VpcId } },
    { NotIpAddress: { 'aws:VpcSourceIp': '10.0.0.0/24' } },
  ]) {
    await only(condition);
    await inside.ListObjectsV2({ Bucket });
    await expect(outside.ListObjectsV2({ Bucket })).rejects.toThrow(
      'explicit deny in a resource-based policy',
    );
  }
});

test('an interface endpoint counts for its own service alone, and an instance passes it, too', async () => {
  const ec2 = region.api('ec2');
  const { VpcEndpoint: { VpcEndpointId = '' } = {} } = await ec2.CreateVpcEndpoint({
    ...{ VpcId: place.VpcId, ServiceName: 'com.amazonaws.us-east-1.ssm', VpcEndpointType: 'Interface' },
    ...{ SubnetIds: [place.SubnetId], PolicyDocument: policy(allow('ssm:GetParameter')) },
  });
  await region.aws.clock.sleep(120);
  const { Images = [] } = await ec2.DescribeImages({ Owners: ['amazon'] });
  const { Instances = [] } = await ec2.RunInstances({
    ...{ ImageId: Images[0]?.ImageId, MinCount: 1, MaxCount: 1, SubnetId: place.SubnetId },
    InstanceType: Images[0]?.Architecture === 'arm64' ? 't4g.micro' : 't3.micro',
  });
  await region.aws.clock.sleep(60);
  const iam = region.state('iam');
  const heldBy = `arn:aws:ec2:us-east-1:000000000000:instance/${Instances[0]?.InstanceId}`;
  const { accessKeyId } = iam.issue(await addRole(region, 'app'), 'i', 3600, { heldBy });
  const call = { ...rootCall(), principal: iam.principalOf(accessKeyId) };
  const ssm = region.apiAs('ssm', call);
  await region.api('ssm').PutParameter({ Name: 'a', Type: 'String', Value: 'b' });
  await ssm.GetParameter({ Name: 'a' });
  await expect(ssm.DeleteParameter({ Name: 'a' })).rejects.toThrow('no VPC endpoint policy allows');
  await region.apiAs('s3', call).ListObjectsV2({ Bucket });
  await ec2.ModifyVpcEndpoint({ VpcEndpointId, PolicyDocument: '{"Statement":[]}' });
  await expect(ssm.GetParameter({ Name: 'a' })).rejects.toThrow('no VPC endpoint policy allows');
  await expect(ec2.ModifyVpcEndpoint({ VpcEndpointId, PolicyDocument: '{' })).rejects.toMatchObject({
    code: 'InvalidPolicyDocument',
  });
});

test('a function’s own calls come through the endpoint of its VPC', async () => {
  await addGateway('s3', policy(allow('s3:ListBucket', `arn:aws:s3:::${Bucket}`)));
  const source = `
    const { S3Client, ListObjectsV2Command, GetBucketTaggingCommand } = require('@aws-sdk/client-s3');
    exports.handler = async () => {
      const s3 = new S3Client({ forcePathStyle: true });
      const input = { Bucket: '${Bucket}' };
      await s3.send(new ListObjectsV2Command(input));
      return s3.send(new GetBucketTaggingCommand(input)).catch((error) => error.message);
    };`;
  const { GroupId = '' } = await region.api('ec2').CreateSecurityGroup({
    ...{ VpcId: place.VpcId, GroupName: 'f', Description: 'f' },
  });
  const VpcConfig = { SubnetIds: [place.SubnetId], SecurityGroupIds: [GroupId] };
  await addActiveFunction(region, 'f', source, { VpcConfig, Timeout: 30 });
  const { Payload } = await region.api('lambda').Invoke({ FunctionName: 'f' });
  expect(Buffer.from(Payload ?? []).toString()).toContain(
    'because no VPC endpoint policy allows the s3:GetBucketTagging action',
  );
});
