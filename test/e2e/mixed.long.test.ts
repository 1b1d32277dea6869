import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type MixedInstancesPolicy,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  type Instance,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { errorPipelines } from './error-pipelines';
import { copyProject, type Project } from './project';
import { RunningSample, type ShownBuild } from './running-sample';
import { until } from './until';

jest.setTimeout(300_000);

const GROUP = 'kiln-fleet-web';
const TEMPLATE = 'kiln-fleet-web';
const SPARE = 'kiln-fleet-spare';

let project: Project;
let sample: RunningSample;
let ec2: EC2Client;
let autoScaling: AutoScalingClient;

beforeAll(async () => {
  const files = Object.entries(errorPipelines).filter(([path]) => path.startsWith('web/'));
  const one = files.map(([path, text]) => [
    path,
    text
      .replace('initialCapacity: 2', 'initialCapacity: 4')
      .concat(path.endsWith('.yml') ? 'image: { test: false }\n' : ''),
  ]);
  project = await copyProject(Object.fromEntries(one));
  sample = await RunningSample.start(project.folder);
  ec2 = new EC2Client(sample.settings);
  autoScaling = new AutoScalingClient(sample.settings);
  await makeMixed();
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

/** Gives the group of the fleet a policy: one On-Demand server, half of the others Spot, two types, of which one has its own template. */
async function makeMixed(): Promise<void> {
  const asked = { LaunchTemplateName: TEMPLATE, Versions: ['$Latest'] };
  const { LaunchTemplateVersions: [web] = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand(asked),
  );
  const { MetadataOptions, ...data } = web?.LaunchTemplateData ?? {};
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: SPARE,
      LaunchTemplateData: {
        ...data,
        MetadataOptions: { HttpTokens: 'required' },
      } as RequestLaunchTemplateData,
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: 'kiln:fleet', Value: GROUP }] }],
    }),
  );
  await autoScaling.send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: GROUP,
      MaxSize: 8,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: TEMPLATE, Version: '1' },
          Overrides: [
            { InstanceType: 't3.small' },
            {
              InstanceType: 't3.micro',
              LaunchTemplateSpecification: { LaunchTemplateName: SPARE, Version: '1' },
            },
          ],
        },
        InstancesDistribution: {
          OnDemandBaseCapacity: 1,
          OnDemandPercentageAboveBaseCapacity: 50,
          SpotAllocationStrategy: 'price-capacity-optimized',
        },
      },
    }),
  );
}

async function describeGroup(): Promise<AutoScalingGroup> {
  const { AutoScalingGroups: [group] = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [GROUP] }),
  );
  if (!group) throw new Error(`no group ${GROUP}`);
  return group;
}

/** The servers of the group, as `t3.micro spot kiln-fleet-spare 2`, each with its image. */
async function describeServers(): Promise<Record<string, string>> {
  const { Instances = [] } = await describeGroup();
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({ InstanceIds: Instances.flatMap(({ InstanceId }) => InstanceId ?? []) }),
  );
  const lifecycles = new Map(
    Reservations.flatMap((one): Instance[] => one.Instances ?? []).map((one) => [one.InstanceId, one]),
  );
  const said = Instances.map(({ InstanceId, InstanceType, LaunchTemplate }): [string, string] => {
    const { InstanceLifecycle = 'on-demand', ImageId = '' } = lifecycles.get(InstanceId) ?? {};
    const { LaunchTemplateName, Version } = LaunchTemplate ?? {};
    return [`${InstanceId} ${InstanceType} ${InstanceLifecycle} ${LaunchTemplateName} ${Version}`, ImageId];
  });
  return Object.fromEntries(said);
}

const kindsOf = (servers: Record<string, string>) =>
  Object.keys(servers)
    .map((server) => server.slice(server.indexOf(' ') + 1))
    .sort();
const fourAt = (version: string) => [
  `t3.micro spot ${SPARE} ${version}`,
  ...Array(3).fill(`t3.small on-demand ${TEMPLATE} ${version}`),
];

/** The policy with other versions, and nothing else. */
const movedTo = (version: string, policy?: MixedInstancesPolicy): unknown =>
  JSON.parse(JSON.stringify(policy).replaceAll(/"Version":"\d+"/g, `"Version":"${version}"`));

async function describeVersions(LaunchTemplateName: string): Promise<(number | undefined)[]> {
  const { LaunchTemplateVersions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName }),
  );
  return LaunchTemplateVersions.map(({ VersionNumber }) => VersionNumber).sort();
}

const build = async (parameters: Record<string, string>): Promise<ShownBuild> =>
  sample.ended(await sample.startBuild('web', parameters));

test('an empty mixed group gets its first image on all kinds of servers, and keeps its policy', async () => {
  const { MixedInstancesPolicy: before } = await describeGroup();
  const built = await build({ VERSION: '1' });
  expect([built.status, built.error, built.unchecked]).toEqual(['SUCCEEDED', undefined, undefined]);
  const servers = await describeServers();
  expect(kindsOf(servers)).toEqual(fourAt('2'));
  expect([...new Set(Object.values(servers))]).toEqual([built.imageId]);
  expect((await describeGroup()).MixedInstancesPolicy).toEqual(movedTo('2', before));
});

test('a mixed group is refreshed to a new image, and keeps its policy', async () => {
  const { MixedInstancesPolicy: before } = await describeGroup();
  const built = await build({ VERSION: '2' });
  expect([built.status, built.error]).toEqual(['SUCCEEDED', undefined]);
  const servers = await describeServers();
  expect(kindsOf(servers)).toEqual(fourAt('3'));
  expect([...new Set(Object.values(servers))]).toEqual([built.imageId]);
  expect((await describeGroup()).MixedInstancesPolicy).toEqual(movedTo('3', before));
});

test('a bad image is rolled back, and the group has the policy and the servers that it had', async () => {
  const { MixedInstancesPolicy: before } = await describeGroup();
  const image = Object.values(await describeServers())[0];
  const failed = await build({ VERSION: '3', PAGE: 'lost.html' });
  expect([failed.status, failed.error?.name]).toEqual(['FAILED', 'RefreshFailed']);
  const { InstanceRefreshes: [refresh] = [] } = await autoScaling.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: GROUP }),
  );
  expect(refresh?.Status).toBe('RollbackSuccessful');
  const group = await describeGroup();
  expect(group.MixedInstancesPolicy).toEqual(before);
  const servers = await describeServers();
  expect(kindsOf(servers)).toEqual(fourAt('3'));
  expect([...new Set(Object.values(servers))]).toEqual([image]);
  await until('the versions of the build are gone', async () => {
    const left = [await describeVersions(TEMPLATE), await describeVersions(SPARE)];
    return left.flat().includes(4) ? undefined : true;
  });
  expect(await describeVersions(TEMPLATE)).toEqual(await describeVersions(SPARE));
});
