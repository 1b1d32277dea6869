import type { LaunchTemplate, LaunchTemplateVersion, RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** A version of a launch template. */
export type TemplateVersion = Has<
  LaunchTemplateVersion,
  'LaunchTemplateId' | 'LaunchTemplateName' | 'VersionNumber' | 'CreateTime'
> & { readonly data: RequestLaunchTemplateData };

/** A launch template with its versions, by number. */
export type LaunchTemplateRecord = Has<
  LaunchTemplate,
  'LaunchTemplateId' | 'LaunchTemplateName' | 'CreateTime' | 'DefaultVersionNumber' | 'LatestVersionNumber'
> & {
  readonly versions: Map<number, TemplateVersion>;
  /** The highest number that a version ever had: numbers are not given again. */
  lastGiven: number;
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html */
export const launchTemplateFilters: FilterTable<LaunchTemplateRecord> = {
  'create-time': (template) => template.CreateTime,
  'launch-template-name': (template) => template.LaunchTemplateName,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html */
export const templateVersionFilters: FilterTable<TemplateVersion> = {
  'create-time': (version) => version.CreateTime,
  'ebs-optimized': (version) => version.data.EbsOptimized,
  'http-endpoint': (version) => version.data.MetadataOptions?.HttpEndpoint,
  'http-tokens': (version) => version.data.MetadataOptions?.HttpTokens,
  'host-resource-group-arn': (version) => version.data.Placement?.HostResourceGroupArn,
  'iam-instance-profile': (version) =>
    version.data.IamInstanceProfile?.Arn ?? version.data.IamInstanceProfile?.Name,
  'image-id': (version) => version.data.ImageId,
  'instance-type': (version) => version.data.InstanceType,
  'is-default-version': (version) => version.DefaultVersion,
  'kernel-id': (version) => version.data.KernelId,
  'network-card-index': (version) => version.data.NetworkInterfaces?.map((nic) => nic.NetworkCardIndex),
  'ram-disk-id': (version) => version.data.RamDiskId,
};
