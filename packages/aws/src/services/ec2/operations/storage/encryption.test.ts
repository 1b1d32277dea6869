import { type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

test('volumes are encrypted by default once the account says so', async () => {
  const { ec2 } = region;
  const make = async () => (await ec2.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 })).Encrypted;
  expect(await ec2.GetEbsEncryptionByDefault({})).toEqual({ EbsEncryptionByDefault: false });
  expect(await make()).toBe(false);
  expect(await ec2.EnableEbsEncryptionByDefault({})).toEqual({ EbsEncryptionByDefault: true });
  expect(await make()).toBe(true);
  expect(await ec2.DisableEbsEncryptionByDefault({})).toEqual({ EbsEncryptionByDefault: false });
  expect(await make()).toBe(false);
});

test('the default key is the one that AWS manages again after a reset', async () => {
  const { ec2 } = region;
  await ec2.ModifyEbsDefaultKmsKeyId({ KmsKeyId: 'alias/images' });
  expect((await ec2.GetEbsDefaultKmsKeyId({})).KmsKeyId).toContain(':alias/images');
  expect(await ec2.ResetEbsDefaultKmsKeyId({})).toEqual({ KmsKeyId: 'alias/aws/ebs' });
  expect(await ec2.GetEbsDefaultKmsKeyId({})).toEqual({ KmsKeyId: 'alias/aws/ebs' });
});
