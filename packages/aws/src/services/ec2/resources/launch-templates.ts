import { type RequestLaunchTemplateData, RequestLaunchTemplateData$ } from '@aws-sdk/client-ec2';
import { type PropertiesOf, type ResourceContext, resource } from '../../cloudformation/resources/resource';
import { toShape } from '../../cloudformation/resources/schema/to-shape';
import { isEqual } from '../../cloudformation/resources/values';
import { retagEc2 } from './tags';

type LaunchTemplate = PropertiesOf<'AWS::EC2::LaunchTemplate'>;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-launchtemplate.html */
export const launchTemplate = resource('AWS::EC2::LaunchTemplate', {
  handles: ['LaunchTemplateData', 'LaunchTemplateName', 'TagSpecifications', 'VersionDescription'],
  name: 'LaunchTemplateName',
  async create(properties, context) {
    const { LaunchTemplate: made } = await context.aws.ec2.CreateLaunchTemplate({
      LaunchTemplateName: properties.LaunchTemplateName ?? context.physicalName({ max: 128 }),
      LaunchTemplateData: readData(properties),
      VersionDescription: properties.VersionDescription,
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: tagsOf(properties, context) }],
    });
    const id = made?.LaunchTemplateId ?? '';
    return {
      id,
      attributes: {
        LaunchTemplateId: id,
        DefaultVersionNumber: String(made?.DefaultVersionNumber),
        LatestVersionNumber: String(made?.LatestVersionNumber),
      },
    };
  },
  async update(id, next, previous, context) {
    const { aws } = context;
    const isSameVersion =
      isEqual(next.LaunchTemplateData, previous.LaunchTemplateData) &&
      next.VersionDescription === previous.VersionDescription;
    if (!isSameVersion)
      await aws.ec2.CreateLaunchTemplateVersion({
        LaunchTemplateId: id,
        LaunchTemplateData: readData(next),
        VersionDescription: next.VersionDescription,
      });
    if (!isEqual(next.TagSpecifications, previous.TagSpecifications)) {
      const set = tagsOf(next, context);
      const kept = new Set(set.map(({ Key }) => Key));
      const removed = ownTags(previous).flatMap(({ Key }) => (kept.has(Key) ? [] : [Key]));
      await retagEc2(id, { set, removed }, context);
    }
    const { LaunchTemplates = [] } = await aws.ec2.DescribeLaunchTemplates({ LaunchTemplateIds: [id] });
    return {
      attributes: {
        DefaultVersionNumber: String(LaunchTemplates[0]?.DefaultVersionNumber),
        LatestVersionNumber: String(LaunchTemplates[0]?.LatestVersionNumber),
      },
    };
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteLaunchTemplate({ LaunchTemplateId: id }),
  retag: retagEc2,
});

function readData({ LaunchTemplateData }: LaunchTemplate): RequestLaunchTemplateData {
  return toShape<RequestLaunchTemplateData>(RequestLaunchTemplateData$, LaunchTemplateData);
}

function ownTags({ TagSpecifications = [] }: LaunchTemplate) {
  return TagSpecifications.flatMap(({ Tags = [] }) => Tags);
}

/** The template's own tags, and those of the stack that it does not have itself. */
function tagsOf(properties: LaunchTemplate, { tags }: ResourceContext) {
  const own = ownTags(properties);
  return [...own, ...tags.filter(({ Key }) => !own.some((tag) => tag.Key === Key))];
}
