import { parseArn, splitResource } from 'aws-languages/arn';
import type { Access, Asked, Authorization } from '../../../core/authorization/authorization';
import { passRole } from '../../../core/authorization/pass-role';
import { AwsError } from '../../../core/aws-error';
import { findByName } from '../instances/launch/template-versions';
import { type Inventory, requireRegion } from '../inventory';
import { contextOf } from './context';
import { findLaunchAccesses } from './launch';
import { arnOf, createTags, type TagSpecification } from './tagging';

type Text = string | undefined;

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
export const authorization: Authorization<Inventory> = {
  find,
  async accesses(ec2, asked) {
    const { operation, input } = asked;
    if (operation === 'RunInstances') return findLaunchAccesses(ec2, asked);
    if (operation === 'CopyImage') return copyImage(ec2, input);
    if (operation === 'CreateTags' || operation === 'DeleteTags')
      return ((input.Resources ?? []) as readonly string[]).map((id) => ({
        action: `ec2:${operation}`,
        ...resourceOf(ec2, id),
      }));
    return undefined;
  },
  further: (ec2, asked) => [...tagging(ec2, asked), ...passedProfile(ec2, asked), ...looking(asked)],
  context: contextOf,
  resource(ec2, arn) {
    const { region = '', resource = '' } = parseArn(arn) ?? {};
    try {
      const { type, id } = splitResource(resource);
      const there = requireRegion(ec2, region);
      const tags = there.tags.of(type === 'placement-group' ? idOfGroup(there, id) : id);
      return { tags: new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  },
};

/** The members of inputs that mean a resource of a type, where they are called otherwise than in its ARN. */
function find(ec2: Inventory, type: string, { operation, input }: Asked): string[] | undefined {
  const given = input as Readonly<Record<string, Text>>;
  const isMade = operation.startsWith('Create');
  switch (type) {
    case 'launch-template': {
      if (isMade && operation !== 'CreateLaunchTemplateVersion') return undefined;
      const named = findByName(ec2, given.LaunchTemplateName ?? '')?.LaunchTemplateId;
      const id = given.LaunchTemplateId ?? named;
      return id === undefined ? undefined : [ec2.arn(`launch-template/${id}`)];
    }
    case 'security-group': {
      const many = [input.Groups, input.SecurityGroupIds].find(Array.isArray) ?? [];
      const named = ec2.securityGroups
        .values()
        .find(({ GroupName }) => GroupName === given.GroupName)?.GroupId;
      const ids = [
        given.GroupId ?? (isMade ? undefined : named),
        ...many.filter((id) => typeof id === 'string'),
      ];
      const known = ids.filter((id) => id !== undefined);
      return known.length === 0 ? undefined : known.map((id) => ec2.arn(`security-group/${id}`));
    }
    case 'key-pair': {
      const byId = ec2.keyPairs.values().find(({ KeyPairId }) => KeyPairId === given.KeyPairId)?.KeyName;
      const name = given.KeyName ?? byId;
      return name === undefined ? undefined : [ec2.arn(`key-pair/${name}`)];
    }
    case 'placement-group':
      return given.GroupName === undefined ? undefined : [ec2.arn(`placement-group/${given.GroupName}`)];
    case 'instance': {
      const id = given.InstanceId === undefined ? instanceOf(ec2, given) : undefined;
      return id === undefined ? undefined : [ec2.arn(`instance/${id}`)];
    }
    case 'image-usage-report':
      return given.ReportId === undefined ? undefined : [ec2.arn(`image-usage-report/${given.ReportId}`)];
    default:
      return undefined;
  }
}

/** The instance of an association with a profile, or of the attachment of an interface. */
function instanceOf(ec2: Inventory, { AssociationId, AttachmentId }: Readonly<Record<string, Text>>): Text {
  if (AssociationId !== undefined)
    return ec2.instances.values().find(({ profile }) => profile?.associationId === AssociationId)?.id;
  if (AttachmentId === undefined) return undefined;
  return ec2.interfaces.values().find(({ Attachment }) => Attachment?.AttachmentId === AttachmentId)
    ?.Attachment?.InstanceId;
}

/** ARNs of placement groups have their names. */
function idOfGroup(ec2: Inventory, name: string): string {
  return ec2.placementGroups.values().find(({ GroupName }) => GroupName === name)?.GroupId ?? name;
}

/** The ARN and the type of a resource by its id. */
function resourceOf(ec2: Inventory, id: string): Pick<Access, 'resource' | 'type'> {
  const prefix = id.slice(0, id.indexOf('-'));
  const type = ec2.collections().find(({ kind }) => kind.prefix === prefix)?.kind.resourceType ?? '*';
  const name = type === 'placement-group' ? ec2.placementGroups.find(id)?.GroupName : undefined;
  return { resource: arnOf(ec2, type, name ?? id), type };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/copy-ami-permissions.html */
function copyImage(ec2: Inventory, input: Asked['input']): Access[] {
  const source = `arn:aws:ec2:${input.SourceRegion}::image/${input.SourceImageId}`;
  const specifications = (input.TagSpecifications ?? []) as readonly TagSpecification[];
  const tags = specifications.flatMap(({ Tags = [] }) => Tags);
  // What is only read is not tagged.
  const untagged = Object.fromEntries(tags.map(({ Key }) => [`aws:RequestTag/${Key}`, undefined]));
  return [
    {
      action: 'ec2:CopyImage',
      resource: source,
      type: 'image',
      context: { ...untagged, 'aws:TagKeys': undefined },
    },
    { action: 'ec2:CopyImage', resource: arnOf(ec2, 'image', '*'), type: 'image' },
    { action: 'ec2:CopyImage', resource: arnOf(ec2, 'snapshot', '*'), type: 'snapshot' },
  ];
}

/**
 * Who tags what he makes must be allowed to.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
 */
function tagging(ec2: Inventory, { operation, input }: Asked): Access[] {
  if (operation === 'RunInstances' || !Array.isArray(input.TagSpecifications)) return [];
  return createTags(ec2, operation, input.TagSpecifications as readonly TagSpecification[]);
}

function passedProfile(ec2: Inventory, { operation, input }: Asked): Access[] {
  if (!/IamInstanceProfile/.test(operation)) return [];
  const { Arn, Name } = (input.IamInstanceProfile ?? {}) as { readonly Arn?: string; readonly Name?: string };
  const role = ec2.profiles.instanceProfile(Arn ?? Name ?? '')?.roleArn;
  return role === undefined ? [] : [passRole(role, 'ec2.amazonaws.com')];
}

/** What EC2 looks at with the rights of its caller, by the kind of resource that an image is looked for in. */
const LOOKS: Readonly<Record<string, readonly string[]>> = {
  'ec2:Instance': ['ec2:DescribeInstances'],
  'ec2:LaunchTemplate': ['ec2:DescribeLaunchTemplates', 'ec2:DescribeLaunchTemplateVersions'],
  'ssm:Parameter': ['ssm:DescribeParameters', 'ssm:GetParameters'],
  'imagebuilder:ImageRecipe': ['imagebuilder:ListImageRecipes'],
  'imagebuilder:ContainerRecipe': ['imagebuilder:ListContainerRecipes', 'imagebuilder:GetContainerRecipe'],
};

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html#ami-references-required-permissions */
function looking({ operation, input }: Asked): Access[] {
  if (operation !== 'DescribeImageReferences') return [];
  const named = (input.ResourceTypes ?? []) as readonly { readonly ResourceType?: string }[];
  const kinds = input.IncludeAllResourceTypes
    ? Object.keys(LOOKS)
    : named.map(({ ResourceType = '' }) => ResourceType);
  const via = 'ec2-images.amazonaws.com';
  const context = {
    'aws:CalledVia': [via],
    'aws:CalledViaFirst': via,
    'aws:CalledViaLast': via,
    'aws:ViaAWSService': 'true',
  };
  return kinds.flatMap((kind) => LOOKS[kind] ?? []).map((action) => ({ action, resource: '*', context }));
}
