import type { Image } from '@aws-sdk/client-ec2';
import { checkId, kinds, notFound } from '../../collections/kinds';
import { paginate } from '../../collections/pages';
import type { ImageRecord } from '../../records/storage';
import { checkUser } from '../../requests/parameters';
import type { Ec2Operations, Ec2State } from '../../state';

const OWNER_ALIASES: readonly string[] = ['self', 'amazon', 'aws-backup-vault', 'aws-marketplace'];

/** Images as they are described. */
export function listingOperations(state: Ec2State) {
  return {
    DescribeImages(input) {
      const ids = input.ImageIds ?? [];
      requireVisible(state, ids);
      const owners = input.Owners ?? [];
      for (const owner of owners) checkUser(owner, OWNER_ALIASES);
      const users = input.ExecutableUsers ?? [];
      for (const user of users) checkUser(user, ['self', 'all']);
      const now = state.context.clock.millis();
      const { items } = state.images.describe({ Filters: input.Filters }, ids);
      const found = items.filter(
        (image) =>
          !image.deregistered &&
          isVisible(state, image) &&
          (input.IncludeDisabled || image.State !== 'disabled') &&
          (input.IncludeDeprecated ||
            ids.length > 0 ||
            image.OwnerId === state.owner ||
            !isDeprecated(image, now)) &&
          (owners.length === 0 || owners.some((owner) => isOwner(state, image, owner))) &&
          (users.length === 0 || users.some((user) => mayLaunch(state, image, user))),
      );
      const page = paginate(found, (image) => image.ImageId, input, { min: 1, max: 1000 }, [
        ids,
        owners,
        users,
        input.Filters,
      ]);
      return { Images: page.items.map(showImage), NextToken: page.NextToken };
    },
  } satisfies Ec2Operations;
}

/** @throws AwsError InvalidAMIID.NotFound also for what was deregistered or is another account's own */
function requireVisible(state: Ec2State, ids: readonly string[]): void {
  for (const id of ids) checkId(kinds.image, id);
  const hidden = ids.filter((id) => {
    const image = state.images.find(id);
    return !image || image.deregistered || !isVisible(state, image);
  });
  if (hidden.length > 0) throw notFound(kinds.image, ...new Set(hidden));
}

function isVisible(state: Ec2State, image: ImageRecord): boolean {
  return image.OwnerId === state.owner || mayLaunch(state, image, 'self') || mayLaunch(state, image, 'all');
}

function isDeprecated(image: ImageRecord, now: number): boolean {
  return image.DeprecationTime !== undefined && Date.parse(image.DeprecationTime) <= now;
}

function isOwner(state: Ec2State, image: ImageRecord, owner: string): boolean {
  if (owner === 'self') return image.OwnerId === state.owner;
  return image.OwnerId === owner || image.ImageOwnerAlias === owner;
}

function mayLaunch(state: Ec2State, image: ImageRecord, user: string): boolean {
  if (user === 'all') return image.permissions.some((one) => one.Group === 'all');
  const id = user === 'self' ? state.owner : user;
  return image.permissions.some((one) => one.UserId === id);
}

/** An image as the API shows it. */
function showImage(image: ImageRecord): Image {
  const {
    permissions: _permissions,
    lastLaunched: _lastLaunched,
    deregistered: _deregistered,
    ...shown
  } = image;
  return { ...shown, ProductCodes: [] };
}
