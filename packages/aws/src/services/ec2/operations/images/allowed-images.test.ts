import { type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

const AMAZON = { ImageProviders: ['amazon'] };
const isVisible = async () => {
  const { Images = [] } = await region.ec2.DescribeImages({ Owners: ['amazon'] });
  return Images.some(({ ImageId }) => ImageId === region.amazonImage);
};
const launch = () =>
  region.ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
  });

test('an account allows all images until it says which', async () => {
  expect(await region.ec2.GetAllowedImagesSettings({})).toEqual({
    State: 'disabled',
    ImageCriteria: [],
    ManagedBy: 'account',
  });
  expect(await isVisible()).toBe(true);
});

test('once it does, others are neither shown nor launched', async () => {
  const { ec2 } = region;
  expect(
    await ec2.ReplaceImageCriteriaInAllowedImagesSettings({
      ImageCriteria: [{ ImageProviders: ['123456789012'] }],
    }),
  ).toEqual({ ReturnValue: true });
  expect(await ec2.EnableAllowedImagesSettings({ AllowedImagesSettingsState: 'enabled' })).toEqual({
    AllowedImagesSettingsState: 'enabled',
  });
  expect(await isVisible()).toBe(false);
  await expect(launch()).rejects.toMatchObject({ code: 'InvalidAMIID.NotFound' });
  await ec2.ReplaceImageCriteriaInAllowedImagesSettings({ ImageCriteria: [AMAZON] });
  expect((await ec2.GetAllowedImagesSettings({})).ImageCriteria).toEqual([AMAZON]);
  expect(await isVisible()).toBe(true);
  expect((await launch()).Instances).toHaveLength(1);
});

test('in audit mode images are shown, and whether they are allowed', async () => {
  const { ec2 } = region;
  await ec2.ReplaceImageCriteriaInAllowedImagesSettings({ ImageCriteria: [{ ImageNames: ['other-*'] }] });
  await ec2.EnableAllowedImagesSettings({ AllowedImagesSettingsState: 'audit-mode' });
  const { Images = [] } = await ec2.DescribeImages({ ImageIds: [region.amazonImage] });
  expect(Images.map(({ ImageAllowed }) => ImageAllowed)).toEqual([false]);
  expect(await ec2.DisableAllowedImagesSettings({})).toEqual({ AllowedImagesSettingsState: 'disabled' });
  const [image] = (await ec2.DescribeImages({ ImageIds: [region.amazonImage] })).Images ?? [];
  expect(image).not.toHaveProperty('ImageAllowed');
});

test('criteria that nothing here acts on are named', async () => {
  await expect(
    region.ec2.ReplaceImageCriteriaInAllowedImagesSettings({
      ImageCriteria: [{ CreationDateCondition: { MaximumDaysSinceCreated: 30 } }],
    }),
  ).rejects.toThrow('CreationDateCondition');
});
