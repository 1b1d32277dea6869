import { readTagSpecifications } from '../../collections/tag-specifications';
import { checkCount } from '../../collections/tags';
import { invalidParameterDependency } from '../../errors';
import { copyImage, isEncrypted, ownTagsOf, requireSource } from '../../images/copying';
import { checkImageName } from '../../images/making';
import type { Op } from '../../state';
import { mayUseKeys } from '../../storage/key-rights';

export const CopyImage: Op<'CopyImage'> = async (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['image', 'snapshot'], call);
  const plan = () => {
    const name = checkImageName(ec2, input.Name, input.Description);
    const source = requireSource(ec2, input.SourceRegion ?? '', input.SourceImageId ?? '');
    const encrypted = (input.Encrypted ?? false) || isEncrypted(source);
    if (input.KmsKeyId && !encrypted) {
      throw invalidParameterDependency('The parameter KmsKeyId requires the parameter Encrypted to be set.');
    }
    const tags = [...(input.CopyImageTags ? ownTagsOf(source) : []), ...tagsFor('image')];
    checkCount(tags.map((tag) => tag.Key ?? ''));
    return { name, source, encrypted, tags };
  };
  const ImageId = await ec2.tokens.once('CopyImage', input, async () => {
    const mayUse = await mayUseKeys(ec2, [{ ...plan(), kmsKeyId: input.KmsKeyId }], call);
    // From here on nothing is waited for: no other image takes the name.
    const { name, source, tags } = plan();
    const image = copyImage(ec2, source, {
      region: input.SourceRegion ?? '',
      name,
      description: input.Description ?? source.image.Description ?? '',
      encrypted: input.Encrypted ?? false,
      kmsKeyId: input.KmsKeyId,
      ...(!mayUse && { failure: 'Given key ID is not accessible' }),
    });
    ec2.tags.add(image.ImageId, tags);
    for (const { Ebs } of image.BlockDeviceMappings) {
      if (Ebs?.SnapshotId) ec2.tags.add(Ebs.SnapshotId, tagsFor('snapshot'));
    }
    return image.ImageId;
  });
  return { ImageId };
};
