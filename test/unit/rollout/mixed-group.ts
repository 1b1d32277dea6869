import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  type MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  GetEbsDefaultKmsKeyIdCommand,
  type LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import type { Target } from '../../../src/build/state';
import { makeTarget } from '../records';

/** What a mocked client has, whichever it is. */
interface Stub {
  on(command: never): { callsFake(answer: never): unknown; resolves(answer: never): unknown };
}

/** The policy of a mixed group: t3.small from its own template, t3.micro from another, at these versions. */
export function policyAt(own: string, spare: string, more: MixedInstancesPolicy = {}): MixedInstancesPolicy {
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: 'lt-1', Version: own },
      Overrides: [
        { InstanceType: 't3.small', WeightedCapacity: '2' },
        {
          InstanceType: 't3.micro',
          WeightedCapacity: '1',
          LaunchTemplateSpecification: { LaunchTemplateId: 'lt-2', Version: spare },
        },
      ],
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandBaseCapacity: 1,
      OnDemandPercentageAboveBaseCapacity: 50,
      SpotAllocationStrategy: 'price-capacity-optimized',
      SpotMaxPrice: '0.02',
    },
    ...more,
  };
}

/** The same as AWS describes it: with the names of the templates, too. */
export function describedAt(own: string, spare: string): MixedInstancesPolicy {
  const described = JSON.parse(
    JSON.stringify(policyAt(own, spare))
      .replaceAll('"LaunchTemplateId":"lt-1"', '"LaunchTemplateId":"lt-1","LaunchTemplateName":"web"')
      .replaceAll('"LaunchTemplateId":"lt-2"', '"LaunchTemplateId":"lt-2","LaunchTemplateName":"spare"'),
  ) as MixedInstancesPolicy;
  return described;
}

/** That group as Plan found it. */
export function makeMixedTarget(more: Partial<Target> = {}): Target {
  return makeTarget({
    launchTemplateName: 'web',
    policy: policyAt('4', '1'),
    others: [
      {
        launchTemplateId: 'lt-2',
        name: 'spare',
        currentVersion: '1',
        reference: '1',
        defaultVersion: '1',
      },
    ],
    ...more,
  });
}

/** The launch templates of an account: they keep the versions that are made of them. */
export class Templates {
  /** By id of the template, then by number. */
  readonly versions: Record<string, LaunchTemplateVersion[]> = { 'lt-1': [], 'lt-2': [] };
  /** By client token. */
  readonly made = new Map<string, LaunchTemplateVersion>();
  /** What `DeleteLaunchTemplateVersions` was told, as `lt-1 5`. */
  readonly deleted: string[] = [];

  constructor() {
    for (const number of [3, 4]) this.add('lt-1', number, { DefaultVersion: number === 4 });
    this.add('lt-2', 1, { DefaultVersion: true });
  }

  add(id: string, VersionNumber: number, more: Partial<LaunchTemplateVersion> = {}): LaunchTemplateVersion {
    const version = {
      LaunchTemplateId: id,
      LaunchTemplateName: NAMES[id],
      VersionNumber,
      DefaultVersion: false,
      LaunchTemplateData: { ImageId: 'ami-0' },
      ...more,
    };
    this.versions[id]?.push(version);
    return version;
  }

  /** Answers for EC2. */
  use(ec2: Stub): void {
    const on = (command: unknown, answer: (input: Asked) => object) =>
      ec2.on(command as never).callsFake(answer as never);
    on(DescribeLaunchTemplateVersionsCommand, (input) => this.describe(input));
    on(CreateLaunchTemplateVersionCommand, (input) => ({ LaunchTemplateVersion: this.create(input) }));
    on(DeleteLaunchTemplateVersionsCommand, ({ LaunchTemplateId, Versions = [] }) => {
      this.deleted.push(...Versions.map((version) => `${LaunchTemplateId} ${version}`));
      return {};
    });
    on(DescribeLaunchTemplatesCommand, () => ({ LaunchTemplates: [{ Tags: [{ Key: 'kiln:fleet' }] }] }));
    on(GetEbsDefaultKmsKeyIdCommand, () => ({ KmsKeyId: 'alias/aws/ebs' }));
  }

  private describe({ LaunchTemplateId, LaunchTemplateName, Versions }: Asked) {
    const id = LaunchTemplateId ?? Object.entries(NAMES).find(([, name]) => name === LaunchTemplateName)?.[0];
    const all = this.versions[id ?? ''] ?? [];
    const [asked] = Versions ?? [];
    if (asked === undefined) return { LaunchTemplateVersions: all };
    const found =
      asked === '$Latest'
        ? all.at(-1)
        : all.find((one) =>
            asked === '$Default' ? one.DefaultVersion : String(one.VersionNumber) === asked,
          );
    if (!found) throw Object.assign(new Error('gone'), { name: 'InvalidLaunchTemplateId.VersionNotFound' });
    return { LaunchTemplateVersions: [found] };
  }

  private create({ LaunchTemplateId = '', ClientToken = '', VersionDescription, LaunchTemplateData }: Asked) {
    const before = this.made.get(ClientToken);
    if (before) return before;
    const number =
      Math.max(...(this.versions[LaunchTemplateId] ?? []).map((one) => one.VersionNumber ?? 0)) + 1;
    const version = this.add(LaunchTemplateId, number, { VersionDescription, LaunchTemplateData });
    this.made.set(ClientToken, version);
    return version;
  }
}

const NAMES: Record<string, string> = { 'lt-1': 'web', 'lt-2': 'spare' };

interface Asked {
  LaunchTemplateId?: string;
  LaunchTemplateName?: string;
  Versions?: string[];
  ClientToken?: string;
  VersionDescription?: string;
  LaunchTemplateData?: LaunchTemplateVersion['LaunchTemplateData'];
}

/** The group, as Auto Scaling describes it. */
export function useMixedGroup(autoScaling: Stub, more: Partial<AutoScalingGroup> = {}): void {
  const group = {
    AutoScalingGroupName: 'fleet',
    MixedInstancesPolicy: describedAt('4', '1'),
    DesiredCapacity: 3,
    MinSize: 0,
    MaxSize: 6,
    TargetGroupARNs: [],
    Instances: [],
    Tags: [
      { Key: 'kiln:service', Value: 'kiln-test@us-east-1' },
      { Key: 'kiln:fleet', Value: 'yes' },
    ],
    ...more,
  };
  autoScaling.on(DescribeAutoScalingGroupsCommand as never).resolves({ AutoScalingGroups: [group] } as never);
}
