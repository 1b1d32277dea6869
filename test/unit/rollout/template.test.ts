import {
  AutoScalingClient,
  CreateOrUpdateTagsCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  type LaunchTemplateTagSpecification,
  type Tag,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { pipelineOf } from '../../../src/build/id';
import { createRecord, updateRecord } from '../../../src/build/record';
import { releaseGroups } from '../../../src/rollout/lease';
import { isPublishedByKiln, publishTemplate } from '../../../src/rollout/template';
import { BUILD, describePlanned, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
useTable();

/** The deployment that has the group, as its tag says. */
let holder: string | undefined;

beforeEach(async () => {
  holder = undefined;
  autoScaling.reset();
  autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(() => {
    const Tags = holder ? [{ Key: 'kiln:service', Value: holder }] : [];
    return describePlanned({ Tags });
  });
  autoScaling.on(CreateOrUpdateTagsCommand).callsFake(({ Tags }) => {
    holder = Tags[0].Value;
    return {};
  });
  ec2.reset();
  ec2.on(CreateLaunchTemplateVersionCommand).resolves({ LaunchTemplateVersion: { VersionNumber: 5 } });
  ec2.on(DescribeLaunchTemplateVersionsCommand, { Versions: ['4'] }).resolves({
    LaunchTemplateVersions: [
      {
        VersionNumber: 4,
        LaunchTemplateData: {
          ImageId: 'ami-0',
          InstanceType: 't3.micro',
          UserData: 'IyEvYmluL3No',
          SecurityGroupIds: ['sg-1'],
          MetadataOptions: { State: 'applied', HttpTokens: 'required' },
        },
      },
    ],
  });
  await openRecord();
});

const publish = (userData?: 'drop' | 'keep') =>
  publishTemplate({
    build: { id: BUILD, pipeline: 'web' },
    stage: 'PublishTemplate',
    target: makeTarget({ userData }),
    imageId: 'ami-1',
  });

test('no version is made of an image that somebody has revoked, also where an earlier build made it', async () => {
  const maker = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B1';
  await createRecord({ id: maker, status: 'SUCCEEDED', trigger: { kind: 'manual' }, parameters: {} });
  const revoked = { at: '2026-11-30T00:00:00.000Z', reason: 'it leaks keys' };
  await updateRecord(maker, { imageId: 'ami-1', revoked });
  await updateRecord(BUILD, { reused: { build: maker, imageId: 'ami-1' } });
  await expect(publish()).rejects.toMatchObject({
    name: 'ImageFailed',
    message: expect.stringContaining('it leaks keys'),
  });
  expect(ec2.commandCalls(CreateLaunchTemplateVersionCommand)).toEqual([]);
});

test('of two builds that want one group, the second waits until the first is over', async () => {
  await publish();
  const other = { id: 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B7', pipeline: 'api' };
  const second = () =>
    publishTemplate({ build: other, stage: 'PublishTemplate', target: makeTarget(), imageId: 'ami-2' });
  await expect(second()).rejects.toMatchObject({
    name: 'TargetBusy',
    message: expect.stringContaining(BUILD),
  });
  expect(ec2.commandCalls(CreateLaunchTemplateVersionCommand)).toHaveLength(1);
  await publish();
  await releaseGroups(['fleet'], BUILD);
  await expect(second()).rejects.not.toMatchObject({ name: 'TargetBusy' });
});

describe('of two builds that roll out to the same groups', () => {
  const BUILDS = [BUILD, 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B7'] as const;
  const targets = ['fleet', 'another'].map((autoScalingGroup) => makeTarget({ autoScalingGroup }));

  /** A branch of the rollout of a build: its group, and whether it was its turn. */
  const roll = async (id: string, autoScalingGroup: string): Promise<boolean> => {
    const build = { id, pipeline: pipelineOf(id) };
    const target = makeTarget({ autoScalingGroup });
    try {
      await publishTemplate({ build, stage: 'PublishTemplate', target, imageId: 'ami-1' });
      return true;
    } catch (error) {
      expect(error).toMatchObject({ name: 'TargetBusy' });
      return false;
    }
  };

  beforeEach(async () => {
    for (const id of BUILDS) {
      await createRecord({ id, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
      await updateRecord(id, { targets });
    }
    autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(({ AutoScalingGroupNames: [name] }) =>
      describePlanned({
        AutoScalingGroupName: name,
        Tags: [{ Key: 'kiln:service', Value: 'kiln-test@us-east-1' }],
      }),
    );
    autoScaling.on(CreateOrUpdateTagsCommand).resolves({});
  });

  test('one has its turn in all of them, and the other touches none', async () => {
    const [one, other] = BUILDS;
    const first = await roll(one, 'fleet');
    const second = await roll(other, 'another');
    expect([first, second]).toEqual([true, false]);
    expect([await roll(one, 'another'), await roll(other, 'fleet')]).toEqual([true, false]);
    await releaseGroups(['fleet', 'another'], one);
    expect([await roll(other, 'fleet'), await roll(other, 'another')]).toEqual([true, true]);
  });

  test('who comes at once does not wait for the other for ever', async () => {
    const branches = BUILDS.flatMap((id) => ['fleet', 'another'].map((group) => ({ id, group })));
    const turns = await Promise.all(branches.map(({ id, group }) => roll(id, group)));
    const served = new Set(branches.filter((_, at) => turns[at]).map(({ id }) => id));
    expect(served.size).toBeLessThanOrEqual(1);
    const again = await Promise.all(branches.map(({ id, group }) => roll(id, group)));
    expect(again.filter(Boolean)).toHaveLength(2);
  });
});

const made = () => ec2.commandCalls(CreateLaunchTemplateVersionCommand)[0]?.args[0].input;

test.each([undefined, 'keep'] as const)(
  'a version inherits what it does not change (%s)',
  async (userData) => {
    await publish(userData);
    expect(made()).toMatchObject({ SourceVersion: '4', LaunchTemplateData: { ImageId: 'ami-1' } });
  },
);

test('a version without the user data of its source is written whole, since it would be inherited', async () => {
  await publish('drop');
  expect(made()).not.toHaveProperty('SourceVersion');
  expect(made()?.LaunchTemplateData).toEqual({
    ImageId: 'ami-1',
    InstanceType: 't3.micro',
    SecurityGroupIds: ['sg-1'],
    MetadataOptions: { HttpTokens: 'required' },
    TagSpecifications: tagged(),
  });
});

/** What a version has servers tagged with beside other tags. */
const tagged = (...more: Tag[]) => [
  { ResourceType: 'instance', Tags: [...more, { Key: 'kiln:build', Value: BUILD }] },
];

describe('servers say which build made their image:', () => {
  /** What the group's version tags, and what the group does. */
  const use = (TagSpecifications: LaunchTemplateTagSpecification[], ofGroup: object[] = []) => {
    ec2.on(DescribeLaunchTemplateVersionsCommand, { Versions: ['4'] }).resolves({
      LaunchTemplateVersions: [{ VersionNumber: 4, LaunchTemplateData: { TagSpecifications } }],
    });
    autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(() => {
      const service = { Key: 'kiln:service', Value: 'kiln-test@us-east-1', PropagateAtLaunch: false };
      return describePlanned({ Tags: [service, ...ofGroup] });
    });
  };
  const tags = () => made()?.LaunchTemplateData?.TagSpecifications;
  const many = (count: number) => Array.from({ length: count }, (_, at) => ({ Key: `k${at}`, Value: '' }));

  test('a template that tags nothing has them tagged, by their build alone', async () => {
    use([]);
    await publish();
    expect(tags()).toEqual(tagged());
  });

  test('what people have them tagged with stays, and the build before is replaced', async () => {
    const volumes = { ResourceType: 'volume' as const, Tags: [{ Key: 'kiln:build', Value: 'theirs' }] };
    const site = { Key: 'site', Value: 'web' };
    use([{ ResourceType: 'instance', Tags: [{ Key: 'kiln:build', Value: 'web-1' }, site] }, volumes]);
    await publish();
    expect(tags()).toEqual([volumes, ...tagged(site)]);
  });

  test('an image that is used again is that of the build which made it', async () => {
    const reused = { build: 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B1', imageId: 'ami-1' };
    await updateRecord(BUILD, { reused });
    use([]);
    await publish();
    expect(tags()).toEqual([
      { ResourceType: 'instance', Tags: [{ Key: 'kiln:build', Value: reused.build }] },
    ]);
  });

  test.each([
    ['49 of the template', many(49), [], true],
    ['50 of the template', many(50), [], false],
    ['40 of the template and 10 others of the group', many(40), many(50).slice(40), false],
    ['the same 49 of both', many(49), many(49), true],
    ['50 with that of the build before', [...many(49), { Key: 'kiln:build', Value: 'web-1' }], [], true],
  ])('where AWS has room for one more tag: %s', async (_what, own, ofGroup, isTagged) => {
    use(
      [{ ResourceType: 'instance', Tags: own }],
      ofGroup.map((tag) => ({ ...tag, PropagateAtLaunch: true })),
    );
    await publish();
    expect(tags() !== undefined).toBe(isTagged);
    expect(tags()?.[0]?.Tags?.length ?? 0).toBeLessThanOrEqual(50);
  });

  test('a group that says it itself is left to say it', async () => {
    use([], [{ Key: 'kiln:build', Value: 'theirs', PropagateAtLaunch: true }]);
    await publish();
    expect(tags()).toBeUndefined();
  });

  test('no server gets the tag by which instances are the deployment’s own', async () => {
    use([]);
    await publish();
    expect(JSON.stringify(tags())).not.toContain('kiln:service');
  });
});

describe('of two deployments of Kiln', () => {
  const made = () => ec2.commandCalls(CreateLaunchTemplateVersionCommand);

  test('one takes a group that nobody has, and says so by a tag that its servers do not get', async () => {
    await publish();
    const [tagged] = autoScaling.commandCalls(CreateOrUpdateTagsCommand);
    expect(tagged?.args[0].input.Tags).toEqual([
      {
        ResourceId: 'fleet',
        ResourceType: 'auto-scaling-group',
        Key: 'kiln:service',
        Value: 'kiln-test@us-east-1',
        PropagateAtLaunch: false,
      },
    ]);
    expect(made()[0]?.args[0].input.VersionDescription).toBe(`Kiln build ${BUILD} of kiln-test@us-east-1`);
  });

  test('the one that has the group sets the tag no second time', async () => {
    holder = 'kiln-test@us-east-1';
    await publish();
    expect(autoScaling.commandCalls(CreateOrUpdateTagsCommand)).toEqual([]);
    expect(made()).toHaveLength(1);
  });

  test.each(['kiln-prod@us-east-1', 'kiln-test@eu-north-1'])(
    'the other, beside %s, changes nothing of the group',
    async (other) => {
      holder = other;
      await expect(publish()).rejects.toMatchObject({
        name: 'TargetNotRefreshable',
        message: expect.stringMatching(
          `belongs to another deployment of Kiln, ${other}.*pipeline\\.<stage>\\.yml`,
        ),
      });
      expect(made()).toEqual([]);
      expect(autoScaling.commandCalls(CreateOrUpdateTagsCommand)).toEqual([]);
    },
  );

  test('who was a moment later changes nothing of the group', async () => {
    autoScaling.on(CreateOrUpdateTagsCommand).callsFake(() => {
      holder = 'kiln-prod@us-east-1';
      return {};
    });
    await expect(publish()).rejects.toMatchObject({ name: 'TargetNotRefreshable' });
    expect(made()).toEqual([]);
  });
});

test.each([
  [`Kiln build ${BUILD}`, true],
  [`Kiln build ${BUILD} of kiln-test@us-east-1`, true],
  [`Kiln build ${BUILD} of kiln-prod@us-east-1`, false],
  [`Kiln build ${BUILD}0`, false],
  ['made by hand', false],
])('a version that is described as "%s" is the own of the build: %s', (VersionDescription, isOwn) => {
  expect(isPublishedByKiln({ VersionDescription }, BUILD)).toBe(isOwn);
});
