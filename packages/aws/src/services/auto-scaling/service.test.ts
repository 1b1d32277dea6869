import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { type ServiceServer, serve } from '../../testing/service-server';
import { SmallCloud, targetGroup, template } from './small-cloud';

let cloud: SmallCloud;
let server: ServiceServer;
let client: AutoScalingClient;

beforeAll(async () => {
  cloud = new SmallCloud();
  server = await serve('auto-scaling', cloud.autoScaling);
  client = new AutoScalingClient(server.client);
});
afterAll(async () => {
  client.destroy();
  await server.close();
  cloud.dispose();
});

test('A client over HTTP makes a group, scales it and refreshes it', async () => {
  const AutoScalingGroupName = 'web';
  await client.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName,
      LaunchTemplate: { LaunchTemplateName: template.LaunchTemplateName, Version: '1' },
      MinSize: 0,
      MaxSize: 3,
      VPCZoneIdentifier: 'subnet-a,subnet-b',
      TargetGroupARNs: [targetGroup],
      Tags: [{ Key: 'team', Value: 'a & b', PropagateAtLaunch: true }],
    }),
  );
  await client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 }));
  await cloud.until(() => cloud.healthyCount() === 1, 'a healthy instance');
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
    LaunchTemplate: { LaunchTemplateName: template.LaunchTemplateName, Version: '2' },
  };
  const Preferences = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 5 };
  const started = await client.send(
    new StartInstanceRefreshCommand({ AutoScalingGroupName, DesiredConfiguration, Preferences }),
  );
  await cloud.until(() => cloud.refresh()?.EndTime !== undefined, 'the end of the refresh');
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
        LaunchTemplate: { LaunchTemplateName: template.LaunchTemplateName, Version: '1' },
        MinSize: 0,
        MaxSize: 3,
        VPCZoneIdentifier: 'subnet-a',
      }),
    ),
  ).rejects.toMatchObject({ name: 'AlreadyExistsFault' });
});
