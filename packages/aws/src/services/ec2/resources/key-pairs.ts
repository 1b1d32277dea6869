import { type CreateKeyPairCommandInput, CreateKeyPairRequest$ } from '@aws-sdk/client-ec2';
import { resource } from '../../cloudformation/resources/resource';
import { toShape } from '../../cloudformation/resources/schema/to-shape';
import { tagSpecifications } from './tags';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-keypair.html */
export const keyPair = resource('AWS::EC2::KeyPair', {
  handles: ['KeyFormat', 'KeyName', 'KeyType', 'PublicKeyMaterial', 'Tags'],
  name: 'KeyName',
  async create(properties, context) {
    const { aws, region, accountId } = context;
    const { KeyName, KeyFormat, KeyType, PublicKeyMaterial } = properties;
    const TagSpecifications = tagSpecifications('key-pair', context);
    if (PublicKeyMaterial !== undefined) {
      const { KeyFingerprint, KeyPairId } = await aws.ec2.ImportKeyPair({
        KeyName,
        PublicKeyMaterial: Buffer.from(PublicKeyMaterial),
        TagSpecifications,
      });
      return { id: KeyName, attributes: { KeyFingerprint, KeyPairId } };
    }
    const made = await aws.ec2.CreateKeyPair(
      toShape<CreateKeyPairCommandInput>(CreateKeyPairRequest$, {
        KeyName,
        KeyFormat,
        KeyType,
        TagSpecifications,
      }),
    );
    context.made(KeyName);
    // AWS keeps the private half in the Parameter Store, under the pair's id.
    await aws.ssm.PutParameter({
      Name: `/ec2/keypair/${made.KeyPairId}`,
      Type: 'SecureString',
      Value: made.KeyMaterial,
      Description: `Private key of ${KeyName} in ${region} of ${accountId}`,
    });
    return { id: KeyName, attributes: { KeyFingerprint: made.KeyFingerprint, KeyPairId: made.KeyPairId } };
  },
  async delete(id, properties, { aws }) {
    const { KeyPairs = [] } = await aws.ec2.DescribeKeyPairs({ KeyNames: [id] });
    if (properties.PublicKeyMaterial === undefined && KeyPairs[0]?.KeyPairId !== undefined)
      await aws.ssm.DeleteParameter({ Name: `/ec2/keypair/${KeyPairs[0].KeyPairId}` });
    await aws.ec2.DeleteKeyPair({ KeyName: id });
  },
});
