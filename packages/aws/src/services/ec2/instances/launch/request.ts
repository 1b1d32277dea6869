import type {
  RequestLaunchTemplateData,
  RunInstancesCommandInput,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import type { Inventory } from '../../inventory';
import type { TemplateVersion } from '../../records/launch-templates';
import { definedOnly } from '../../requests/defined-only';
import { mergeMappings } from '../../storage/block-devices';
import { requireVersion } from './template-versions';

/** A RunInstances call, as it is with its launch template. */
export type LaunchRequest = Partial<Omit<RunInstancesCommandInput, 'LaunchTemplate'>>;

/** What a call asks for, and the version of the launch template that it was read from. */
export interface RequestedLaunch {
  readonly request: LaunchRequest;
  readonly launchedFrom?: TemplateVersion;
}

/**
 * What a RunInstances call asks for, after its launch template: what the call gives overrides the template;
 * block devices are merged by device, tags by type and key.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
 */
export function readLaunchRequest(ec2: Inventory, input: RunInstancesCommandInput): RequestedLaunch {
  const { LaunchTemplate: reference, ...own } = input;
  if (!reference) return { request: own };
  const launchedFrom = requireVersion(ec2, reference);
  const template = fromTemplate(launchedFrom.data);
  const request: LaunchRequest = { ...template, ...definedOnly(own) };
  if (template.BlockDeviceMappings && own.BlockDeviceMappings) {
    request.BlockDeviceMappings = mergeMappings(template.BlockDeviceMappings, own.BlockDeviceMappings);
  }
  request.TagSpecifications = mergeTags(template.TagSpecifications, own.TagSpecifications);
  if (own.MetadataOptions) {
    request.MetadataOptions = { ...template.MetadataOptions, ...definedOnly(own.MetadataOptions) };
  }
  if (own.SecurityGroupIds || own.SecurityGroups) {
    request.SecurityGroupIds = own.SecurityGroupIds;
    request.SecurityGroups = own.SecurityGroups;
  }
  return { request, launchedFrom };
}

/** The template's members under the names that RunInstances has for them. */
function fromTemplate(data: RequestLaunchTemplateData): LaunchRequest {
  const { RamDiskId, InstanceRequirements: _requirements, ...same } = data;
  return definedOnly({ ...same, ...(RamDiskId ? { RamdiskId: RamDiskId } : {}) }) as LaunchRequest;
}

function mergeTags(
  template: readonly TagSpecification[] | undefined,
  own: readonly TagSpecification[] | undefined,
): TagSpecification[] {
  const merged = new Map<string | undefined, Map<string | undefined, string | undefined>>();
  for (const { ResourceType, Tags } of template ?? []) {
    merged.set(ResourceType, new Map((Tags ?? []).map((tag) => [tag.Key, tag.Value])));
  }
  for (const { ResourceType, Tags } of own ?? []) {
    const tags = merged.get(ResourceType) ?? new Map();
    for (const tag of Tags ?? []) tags.set(tag.Key, tag.Value);
    merged.set(ResourceType, tags);
  }
  return [...merged].map(([type, tags]) => ({
    ResourceType: type as TagSpecification['ResourceType'],
    Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
  }));
}
