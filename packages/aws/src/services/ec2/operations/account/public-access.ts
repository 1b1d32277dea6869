import type { Op } from '../../state';

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html */
export const GetImageBlockPublicAccessState: Op<'GetImageBlockPublicAccessState'> = ({ publicAccess }) => ({
  ImageBlockPublicAccessState: publicAccess.images,
  ManagedBy: 'account',
});

export const EnableImageBlockPublicAccess: Op<'EnableImageBlockPublicAccess'> = ({ publicAccess }) => {
  publicAccess.images = 'block-new-sharing';
  return { ImageBlockPublicAccessState: publicAccess.images };
};

export const DisableImageBlockPublicAccess: Op<'DisableImageBlockPublicAccess'> = ({ publicAccess }) => {
  publicAccess.images = 'unblocked';
  return { ImageBlockPublicAccessState: publicAccess.images };
};

/** https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html */
export const GetSnapshotBlockPublicAccessState: Op<'GetSnapshotBlockPublicAccessState'> = ({
  publicAccess,
}) => ({
  State: publicAccess.snapshots,
  ManagedBy: 'account',
});

export const EnableSnapshotBlockPublicAccess: Op<'EnableSnapshotBlockPublicAccess'> = (
  { publicAccess },
  { State },
) => {
  publicAccess.snapshots = State === 'block-new-sharing' ? State : 'block-all-sharing';
  return { State: publicAccess.snapshots };
};

export const DisableSnapshotBlockPublicAccess: Op<'DisableSnapshotBlockPublicAccess'> = ({
  publicAccess,
}) => {
  publicAccess.snapshots = 'unblocked';
  return { State: publicAccess.snapshots };
};
