import type { Instance } from '@aws-sdk/client-ec2';
import type { Finding, Severity } from '@aws-sdk/client-inspector2';
import type { Context } from '../../../core/context';
import { randomHex } from '../../../core/ids';
import type { Vulnerability } from './vulnerabilities';

/** What Inspector has found on an instance. */
export interface FindingRecord {
  readonly arn: string;
  readonly instanceId: string;
  readonly vulnerability: Vulnerability;
  /** As it is shown. */
  shown: Finding;
}

/** Scores of those that say none. */
const SCORES: Readonly<Record<Severity, number>> = {
  ...{ CRITICAL: 9.8, HIGH: 7.8, MEDIUM: 5.5, LOW: 3.1, INFORMATIONAL: 0, UNTRIAGED: 0 },
};

/** https://docs.aws.amazon.com/inspector/v2/APIReference/API_Finding.html */
export function newFinding(
  { region, accountId, clock }: Context,
  instance: Instance,
  vulnerability: Vulnerability,
): FindingRecord {
  const { InstanceId = '' } = instance;
  const arn = `arn:aws:inspector2:${region}:${accountId}:finding/${randomHex(32)}`;
  const now = clock.now();
  const { vulnerabilityId, severity, fixAvailable = 'YES', package: name = 'openssl' } = vulnerability;
  const {
    version = '3.2.2',
    release = '1.amzn2023.0.1',
    fixedInVersion = '0:3.2.2-1.amzn2023.0.2',
  } = vulnerability;
  const shown: Finding = {
    findingArn: arn,
    awsAccountId: accountId,
    type: 'PACKAGE_VULNERABILITY',
    description: vulnerability.description ?? `${vulnerabilityId} affects ${name}.`,
    title: `${vulnerabilityId} - ${name}`,
    remediation: { recommendation: { text: 'None Provided' } },
    severity,
    firstObservedAt: now,
    lastObservedAt: now,
    updatedAt: now,
    status: 'ACTIVE',
    resources: [showResource(region, instance)],
    inspectorScore: vulnerability.inspectorScore ?? SCORES[severity],
    packageVulnerabilityDetails: {
      vulnerabilityId,
      vulnerablePackages: [
        {
          ...{ name, version, release, epoch: 0, packageManager: 'OS' },
          arch: instance.Architecture === 'arm64' ? 'AARCH64' : 'X86_64',
          fixedInVersion: fixAvailable === 'NO' ? 'NotAvailable' : fixedInVersion,
          ...(fixAvailable !== 'NO' && { remediation: `dnf update ${name}` }),
        },
      ],
      source: 'AMAZON_CVE',
      sourceUrl: `https://alas.aws.amazon.com/cve/html/${vulnerabilityId}.html`,
      vendorSeverity: vendorSeverityOf(severity),
      ...{ cvss: [], relatedVulnerabilities: [], referenceUrls: [] },
    },
    fixAvailable,
    exploitAvailable: 'NO',
  };
  return { arn, instanceId: InstanceId, vulnerability, shown };
}

function showResource(region: string, instance: Instance): NonNullable<Finding['resources']>[number] {
  const { InstanceId: id, Tags = [], PrivateIpAddress, PublicIpAddress } = instance;
  return {
    type: 'AWS_EC2_INSTANCE',
    id,
    partition: 'aws',
    region,
    tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    details: {
      awsEc2Instance: {
        type: instance.InstanceType,
        imageId: instance.ImageId,
        ipV4Addresses: [PrivateIpAddress, PublicIpAddress].filter((one) => one !== undefined),
        ipV6Addresses: [],
        keyName: instance.KeyName,
        iamInstanceProfileArn: instance.IamInstanceProfile?.Arn,
        vpcId: instance.VpcId,
        subnetId: instance.SubnetId,
        launchedAt: instance.LaunchTime,
        platform: 'AMAZON_LINUX_2023',
      },
    },
  };
}

/** In Amazon Linux's words. */
function vendorSeverityOf(severity: Severity): string {
  if (severity === 'CRITICAL') return 'Critical';
  return severity === 'HIGH' ? 'Important' : severity === 'MEDIUM' ? 'Medium' : 'Low';
}
