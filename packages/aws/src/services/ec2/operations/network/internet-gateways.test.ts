import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeAll(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterAll(() => region.stop());

test('a gateway is attached to one network, detached and deleted', async () => {
  const { ec2 } = region;
  const VpcId = (await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId;
  const { InternetGateway } = await ec2.CreateInternetGateway({});
  const InternetGatewayId = InternetGateway?.InternetGatewayId ?? '';
  const shown = async () =>
    (await ec2.DescribeInternetGateways({ InternetGatewayIds: [InternetGatewayId] })).InternetGateways?.[0];
  expect(await shown()).toMatchObject({ Attachments: [], Tags: [] });
  await ec2.AttachInternetGateway({ InternetGatewayId, VpcId });
  expect(await shown()).toMatchObject({ Attachments: [{ VpcId, State: 'available' }] });
  const remove = () => ec2.DeleteInternetGateway({ InternetGatewayId });
  expect(await codeOf(remove)).toBe('DependencyViolation');
  const detach = () => ec2.DetachInternetGateway({ InternetGatewayId, VpcId });
  await detach();
  expect(await shown()).toMatchObject({ Attachments: [] });
  expect(await codeOf(detach)).toBe('Gateway.NotAttached');
  await remove();
  expect(await codeOf(shown)).toBe('InvalidInternetGatewayID.NotFound');
});
