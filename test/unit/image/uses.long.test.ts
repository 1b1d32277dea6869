import {
  type AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateImageUsageReportCommand,
  DescribeImageAttributeCommand,
  DescribeImageReferencesCommand,
  DescribeImageUsageReportEntriesCommand,
  DescribeImageUsageReportsCommand,
  DescribeInstancesCommand,
} from '@aws-sdk/client-ec2';
import { createRecord, updateRecord } from '../../../src/build/record';
import { retireImages } from '../../../src/image/retire';
import { reference } from '../images';
import { makeTarget } from '../records';
import { useTable } from '../table';
import {
  autoScaling,
  buildOf,
  deletedVersions,
  deregistered,
  ec2,
  FLEET,
  references,
  told,
  useGroups,
  useSixImages,
  versions,
  writeRecord,
} from './six-images';

useTable();
useSixImages();

/** https://github.com/kubernetes/autoscaler/issues/252, https://github.com/keikoproj/upgrade-manager/issues/142 */
test('each group of the account is asked for its refresh as slowly as Auto Scaling lets that be asked', async () => {
  await told();
  const asking = autoScaling.commandCalls(DescribeInstanceRefreshesCommand).map(({ thisValue }) => thisValue);
  const clients = asking as AutoScalingClient[];
  expect(await Promise.all(clients.map(({ config }) => config.retryMode))).toEqual(
    clients.map(() => 'adaptive'),
  );
  expect(await clients[0]?.config.maxAttempts()).toBe(10);
});

describe('an image is kept while it is referred to by', () => {
  afterEach(() => expect(deregistered()).toEqual(['ami-1']));

  test('a server that is in no target of the pipeline', async () => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [{ ImageId: 'ami-4' }] }] });
    expect(await told()).toContain('image ami-4 stays: a server runs it');
  });

  test.each([
    ['a parameter that a person has set to it', 'ssm:Parameter', 'parameter/people/image'],
    ['a recipe of Image Builder', 'imagebuilder:ImageRecipe', 'image-recipe/people/1.0.0'],
  ] as const)('%s', async (_what, kind, id) => {
    references.push(reference('ami-4', kind, id));
    expect(await told()).toMatch(new RegExp(`image ami-4 stays: .*${id} refers to it`));
  });

  test("a version that is not its own build's, though nothing uses that", async () => {
    versions.push({ VersionNumber: 9, LaunchTemplateData: { ImageId: 'ami-4' } });
    expect(await told()).toContain('image ami-4 stays: version 9 of launch template lt-1 names it');
    expect(deletedVersions()).toEqual(['1']);
  });

  test('a launch configuration', async () => {
    autoScaling.on(DescribeLaunchConfigurationsCommand).resolves({
      LaunchConfigurations: [{ LaunchConfigurationName: 'old', ImageId: 'ami-4' } as never],
    });
    expect(await told()).toContain('image ami-4 stays: launch configuration old names it');
  });

  test('the mixed instances of a group', async () => {
    const use = (Version: string) => ({ LaunchTemplateId: 'lt-1', Version });
    useGroups({
      AutoScalingGroupName: 'mixed',
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: use('3'),
          Overrides: [{ LaunchTemplateSpecification: use('4') }],
        },
      },
    });
    await retireImages('web', 2);
    expect(deletedVersions()).toEqual(['1']);
  });

  test('a refresh by which a person brings it back, before the first server runs it', async () => {
    autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
      InstanceRefreshes: [
        {
          Status: 'Pending',
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'fleet', Version: '4' } },
        },
      ],
    });
    await retireImages('web', 2);
    expect(deletedVersions()).toEqual(['1']);
  });

  test.each<[string, object]>([
    ['another template', { LaunchTemplate: { LaunchTemplateId: 'lt-2', Version: '1' } }],
    ['a launch configuration', { LaunchConfigurationName: 'old' }],
  ])('a refresh by which a group comes to it from %s', async (_what, from) => {
    useGroups(FLEET, { AutoScalingGroupName: 'other', ...from });
    autoScaling.on(DescribeInstanceRefreshesCommand, { AutoScalingGroupName: 'other' }).resolves({
      InstanceRefreshes: [
        {
          Status: 'Pending',
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' } },
        },
      ],
    });
    expect(await told()).toContain('image ami-4 stays: version 4 of launch template lt-1 names it');
    expect(deletedVersions()).toEqual(['1']);
    expect(autoScaling.commandCalls(DescribeInstanceRefreshesCommand)).toHaveLength(2);
  });

  test('a running build that would go back to it', async () => {
    const id = 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B1';
    await createRecord({ id, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
    await updateRecord(id, { previousImage: { parameter: '/kiln/api/image', value: 'ami-4' } });
    expect(await told()).toContain(`image ami-4 stays: build ${id}, which runs, refers to it`);
  });

  test.each(['FAILED', 'ABORTED', 'TIMED_OUT'] as const)(
    'a build that ended as %s and that is still to be undone, which would go back to it',
    async (status) => {
      const id = buildOf(7);
      await createRecord({ id, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
      await updateRecord(id, { status, targets: [makeTarget({ currentVersion: '4' })] });
      await retireImages('web', 2);
      expect(deletedVersions()).toEqual(['1']);
    },
  );

  test('a build that is still to be undone, an override of whose group would go back to it', async () => {
    const id = buildOf(7);
    const of = { launchTemplateId: 'lt-1', reference: '4', currentVersion: '4', defaultVersion: '4' };
    await createRecord({ id, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
    const targets = [makeTarget({ launchTemplateId: 'lt-2', others: [of] })];
    await updateRecord(id, { status: 'FAILED', targets });
    await retireImages('web', 2);
    expect(deletedVersions()).toEqual(['1']);
  });

  test.each(['QUEUED', 'RUNNING'] as const)(
    'a rollback to it that somebody has asked for, and that is %s and not planned yet',
    async (status) => {
      const trigger = { kind: 'http' as const };
      const again = buildOf(7);
      await writeRecord(7, { imageId: undefined, reused: { build: buildOf(4), imageId: 'ami-4' } });
      const rollback = { build: again };
      await createRecord({ id: buildOf(8), status, trigger, parameters: {}, rollback });
      expect(await told()).toContain(`image ami-4 stays: build ${buildOf(8)} goes back to it`);
    },
  );

  test('a running build whose base it is', async () => {
    const id = 'gone-01KAS2N4Q7T9V0W1X2Y3Z4A5B1';
    await createRecord({ id, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
    await updateRecord(id, { baseImageId: 'ami-4' });
    expect(await told()).toContain('ami-4 stays');
  });

  test('a running build that found its group at it', async () => {
    const id = buildOf(7);
    await createRecord({ id, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
    await updateRecord(id, { targets: [makeTarget()] });
    await retireImages('web', 2);
  });

  test('a pipeline that was last built on it', async () => {
    await writeRecord(7);
    await updateRecord(buildOf(7), { baseImageId: 'ami-4', imageId: 'ami-of-no-matter' });
    expect(await told()).toContain('image ami-4 stays: pipeline web is built on it');
  });
});

test('the version that a build made for an override goes with its image', async () => {
  const others = [{ launchTemplateId: 'lt-1', reference: '0', version: '1' }];
  await updateRecord(buildOf(1), { rollouts: { fleet: { launchTemplateId: 'lt-9', version: '3', others } } });
  await retireImages('web', 5);
  expect([deletedVersions(), deregistered()]).toEqual([['1'], ['ami-1']]);
});

test('what is not known is no leave to remove', async () => {
  ec2
    .on(DescribeImageReferencesCommand)
    .rejects(Object.assign(new Error('may not'), { name: 'UnauthorizedOperation' }));
  expect(await told()).toContain('image ami-1 could not be removed: UnauthorizedOperation');
  expect(deregistered()).toEqual([]);
});

test('a group that is no target keeps the version of a shared template that it uses, and its image', async () => {
  const other = { AutoScalingGroupName: 'other', LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' } };
  autoScaling.on(DescribeAutoScalingGroupsCommand, { NextToken: 'more' }).resolves({
    AutoScalingGroups: [other as never],
  });
  autoScaling.on(DescribeAutoScalingGroupsCommand, { NextToken: undefined }).resolves({
    AutoScalingGroups: [],
    NextToken: 'more',
  });
  await retireImages('web', 2);
  expect(deregistered()).not.toContain('ami-4');
  expect(deletedVersions()).not.toContain('4');
});

test('a group that follows the newest version holds that one alone', async () => {
  useGroups({
    AutoScalingGroupName: 'all',
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '$Latest' },
  });
  await retireImages('web', 0);
  expect(deregistered()).toEqual(['ami-1', 'ami-3', 'ami-4', 'ami-5']);
});

describe('an image that is shared with other accounts', () => {
  const LATER = { CreationTime: new Date(), ReportId: 'amiur-1' };
  const report = (more: object) =>
    ec2.on(DescribeImageUsageReportsCommand).resolves({ ImageUsageReports: [{ ...LATER, ...more }] });
  const asked = () =>
    ec2.commandCalls(CreateImageUsageReportCommand).map((call) => call.args[0].input.ImageId);
  beforeEach(() => {
    ec2
      .on(DescribeImageAttributeCommand, { ImageId: 'ami-4' })
      .resolves({ LaunchPermissions: [{ UserId: '123456789012' }] });
    ec2.on(DescribeImageUsageReportsCommand).resolves({});
    ec2.on(DescribeImageUsageReportEntriesCommand).resolves({});
  });

  test('waits for the report of EC2, which is asked for once', async () => {
    expect(await told()).toContain('image ami-4 stays: it is shared, and EC2 still makes its report');
    expect(asked()).toEqual(['ami-4']);
    report({ State: 'pending' });
    await retireImages('web', 2);
    expect(asked()).toEqual(['ami-4']);
    expect(deregistered()).not.toContain('ami-4');
  });

  test('goes once the report shows nobody on it', async () => {
    report({ State: 'available' });
    await retireImages('web', 2);
    expect(deregistered()).toEqual(['ami-1', 'ami-4']);
  });

  test.each(['ec2:Instance', 'ec2:LaunchTemplate'])(
    'stays while an account uses it in an %s',
    async (ResourceType) => {
      report({ State: 'available' });
      ec2.on(DescribeImageUsageReportEntriesCommand).resolves({
        ImageUsageReportEntries: [{ AccountId: '123456789012', ResourceType, UsageCount: 2 }],
      });
      expect(await told()).toContain(`image ami-4 stays: account 123456789012 (2 × ${ResourceType}) uses it`);
      expect(deregistered()).toEqual(['ami-1']);
    },
  );

  test('stays on the word of a report that is weeks old, and a new one is asked for', async () => {
    report({ State: 'available', CreationTime: new Date(Date.now() - 20 * 24 * 60 * 60_000) });
    await retireImages('web', 2);
    expect(deregistered()).toEqual(['ami-1']);
    expect(asked()).toEqual(['ami-4']);
  });

  test('stays when EC2 cannot make the report, and says why', async () => {
    report({ State: 'error', StateReason: 'internal' });
    expect(await told()).toContain('EC2 could not report who uses it (internal)');
    expect(asked()).toEqual([]);
  });
});
