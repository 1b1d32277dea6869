import { clientOf } from '../../../../core/client';
import { rootCall } from '../../../../testing/api';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

const DAY = 86_400_000;

describe('what refers to an image', () => {
  let region: Ec2Region;
  let imageId: string;
  beforeEach(async () => {
    region = await newEc2Region({ timeScale: 1 });
    imageId = region.amazonImage;
  });
  afterEach(() => region.stop());

  const put = (Name: string, Value: string, Type: 'String' | 'StringList' = 'String') =>
    clientOf<typeof import('@aws-sdk/client-ssm')>(region.context, 'ssm', () => rootCall()).PutParameter({
      ...{ Name, Value, Type },
    });
  const refersFrom = async (input: object) => {
    const { ImageReferences = [] } = await region.ec2.DescribeImageReferences({
      ImageIds: [imageId],
      ...input,
    });
    return ImageReferences;
  };

  test('are instances, launch templates and SSM parameters, each by its ARN', async () => {
    const { Instances } = await region.ec2.RunInstances({
      ...{ ImageId: imageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
    });
    const { LaunchTemplate } = await region.ec2.CreateLaunchTemplate({
      LaunchTemplateName: 'web',
      LaunchTemplateData: { ImageId: imageId },
    });
    await put('/web/image', imageId);
    await put('/web/other', 'ami-0123456789abcdef0');
    const { ImageReferences } = await region.ec2.DescribeImageReferences({
      ImageIds: [imageId],
      IncludeAllResourceTypes: true,
    });
    expect(ImageReferences).toEqual([
      {
        ImageId: imageId,
        ResourceType: 'ec2:Instance',
        Arn: region.state.arn(`instance/${Instances?.[0]?.InstanceId}`),
      },
      {
        ImageId: imageId,
        ResourceType: 'ec2:LaunchTemplate',
        Arn: region.state.arn(`launch-template/${LaunchTemplate?.LaunchTemplateId}`),
      },
      {
        ImageId: imageId,
        ResourceType: 'ssm:Parameter',
        Arn: 'arn:aws:ssm:us-east-1:000000000000:parameter/web/image',
      },
    ]);
  });

  test('instances are scoped by their state, templates by the number of versions', async () => {
    await region.ec2.RunInstances({
      ...{ ImageId: imageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
    });
    const { LaunchTemplate } = await region.ec2.CreateLaunchTemplate({
      LaunchTemplateName: 'web',
      LaunchTemplateData: { ImageId: imageId },
    });
    const { LaunchTemplateId } = LaunchTemplate ?? {};
    for (let version = 2; version <= 11; version++)
      await region.ec2.CreateLaunchTemplateVersion({
        LaunchTemplateId,
        LaunchTemplateData: { InstanceType: 't3.micro' },
      });
    const scoped = (ResourceType: 'ec2:Instance' | 'ec2:LaunchTemplate', ...options: [string, string][]) =>
      refersFrom({
        ResourceTypes: [
          {
            ResourceType,
            ResourceTypeOptions: options.map(([OptionName, value]) => ({
              OptionName,
              OptionValues: [value],
            })),
          },
        ],
      });
    expect(await scoped('ec2:Instance', ['state-name', 'pending'])).toHaveLength(1);
    expect(await scoped('ec2:Instance', ['state-name', 'stopped'])).toEqual([]);
    expect(await scoped('ec2:LaunchTemplate')).toEqual([]);
    expect(await scoped('ec2:LaunchTemplate', ['version-depth', '11'])).toHaveLength(1);
    expect(await codeOf(() => scoped('ec2:LaunchTemplate', ['version-depth', '0']))).toBe(
      'InvalidParameterValue',
    );
    expect(await codeOf(() => scoped('ec2:Instance', ['version-depth', '1']))).toBe('InvalidParameterValue');
  });

  test('must be asked for by kind', async () => {
    expect(await codeOf(() => refersFrom({}))).toBe('MissingParameter');
  });
});

describe('a report of who uses an image', () => {
  let region: Ec2Region;
  beforeEach(async () => {
    region = await newEc2Region();
  });
  afterEach(() => region.stop());

  const ResourceTypes = [{ ResourceType: 'ec2:Instance' }];

  async function registerImage(): Promise<string> {
    const { ec2 } = region;
    const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 });
    const { SnapshotId } = await ec2.CreateSnapshot({ VolumeId });
    const { ImageId = '' } = await ec2.RegisterImage({
      Name: 'shared',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
    });
    return ImageId;
  }

  test('is pending at first and available later, shows nobody, and can be deleted', async () => {
    const ImageId = await registerImage();
    const { ReportId = '' } = await region.ec2.CreateImageUsageReport({
      ...{ ImageId, ResourceTypes },
      TagSpecifications: [{ ResourceType: 'image-usage-report', Tags: [{ Key: 'for', Value: 'web' }] }],
    });
    const describeReport = async () => {
      const { ImageUsageReports } = await region.ec2.DescribeImageUsageReports({ ImageIds: [ImageId] });
      return ImageUsageReports?.[0];
    };
    const first = await describeReport();
    expect(first).toMatchObject({ ...{ ReportId, ImageId, State: 'pending' }, Tags: [{ Key: 'for' }] });
    const life = (first?.ExpirationTime?.getTime() ?? 0) - (first?.CreationTime?.getTime() ?? 0);
    expect(life).toBe(30 * DAY);
    while ((await describeReport())?.State !== 'available') await region.aws.clock.sleep(60);
    expect(await region.ec2.DescribeImageUsageReportEntries({ ReportIds: [ReportId] })).toMatchObject({
      ImageUsageReportEntries: [],
    });
    expect(await region.ec2.DeleteImageUsageReport({ ReportId })).toEqual({ Return: true });
    expect(await describeReport()).toBeUndefined();
    expect(await codeOf(() => region.ec2.DeleteImageUsageReport({ ReportId }))).toBe(
      'InvalidImageUsageReportId.NotFound',
    );
  });

  test("is made of the account's own images only, and of kinds that there are", async () => {
    const { ec2, amazonImage } = region;
    expect(await codeOf(() => ec2.CreateImageUsageReport({ ImageId: amazonImage, ResourceTypes }))).toBe(
      'AuthFailure',
    );
    const ImageId = await registerImage();
    expect(
      await codeOf(() =>
        ec2.CreateImageUsageReport({ ImageId, ResourceTypes: [{ ResourceType: 'ssm:Parameter' }] }),
      ),
    ).toBe('InvalidParameterValue');
  });
});
