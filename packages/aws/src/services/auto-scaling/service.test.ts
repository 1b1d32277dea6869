import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { AutoScaledRegion } from '../../testing/auto-scaling';
import { until } from '../../testing/until';

let region: AutoScaledRegion;
let client: AutoScalingClient;

beforeAll(async () => {
  region = await AutoScaledRegion.start();
  client = new AutoScalingClient(region.region.aws.client);
});
afterAll(async () => {
  client.destroy();
  await region.stop();
});

test('A client over HTTP makes a group, scales it and refreshes it', async () => {
  const AutoScalingGroupName = 'web';
  await client.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName,
      LaunchTemplate: { LaunchTemplateName: region.template.LaunchTemplateName, Version: '1' },
      MinSize: 0,
      MaxSize: 3,
      VPCZoneIdentifier: region.subnets.join(),
      TargetGroupARNs: [region.targetGroupArn],
      Tags: [{ Key: 'team', Value: 'a & b', PropagateAtLaunch: true }],
    }),
  );
  await client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 }));
  await until(() => region.healthyCount() === 1);
  const { AutoScalingGroups } = await client.send(new DescribeAutoScalingGroupsCommand({}));
  expect(AutoScalingGroups).toMatchObject([
    {
      AutoScalingGroupName,
      DesiredCapacity: 1,
      CreatedTime: expect.any(Date),
      Instances: [{ LifecycleState: 'InService', ProtectedFromScaleIn: false }],
      Tags: [{ Key: 'team', Value: 'a & b', PropagateAtLaunch: true, ResourceType: 'auto-scaling-group' }],
    },
  ]);
  const { Activities } = await client.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName }));
  expect(Activities?.[0]).toMatchObject({ StatusCode: 'Successful', StartTime: expect.any(Date) });

  const DesiredConfiguration = {
    LaunchTemplate: { LaunchTemplateName: region.template.LaunchTemplateName, Version: '2' },
  };
  const Preferences = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 5 };
  const started = await client.send(
    new StartInstanceRefreshCommand({ AutoScalingGroupName, DesiredConfiguration, Preferences }),
  );
  await until(async () => (await region.refresh())?.EndTime !== undefined);
  const { InstanceRefreshes } = await client.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName }),
  );
  expect(InstanceRefreshes).toMatchObject([
    {
      InstanceRefreshId: started.InstanceRefreshId,
      Status: 'Successful',
      PercentageComplete: 100,
      DesiredConfiguration,
      Preferences,
    },
  ]);
});

test('Errors reach the client by their names', async () => {
  const AutoScalingGroupName = 'absent';
  await expect(
    client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 })),
  ).rejects.toMatchObject({ name: 'ValidationError', $metadata: { httpStatusCode: 400 } });
  await expect(
    client.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'web',
        LaunchTemplate: { LaunchTemplateName: region.template.LaunchTemplateName, Version: '1' },
        MinSize: 0,
        MaxSize: 3,
        VPCZoneIdentifier: region.subnets[0],
      }),
    ),
  ).rejects.toMatchObject({ name: 'AlreadyExistsFault' });
});
