import { deleteConflict, limitExceeded, noSuchEntity } from '../errors';
import { encodeDocument } from '../policy-documents';
import type { ManagedPolicy, PolicyVersion } from '../records';
import type { Op } from '../state';
import { ownPolicy, readManagedPolicy } from './managed-policy';
import { pageInOrder } from './paging';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const VERSION_QUOTA = 5;

export const CreatePolicyVersion: Op<'CreatePolicyVersion'> = async (iam, input) => {
  const policy = await ownPolicy(iam, input.PolicyArn);
  const document = readManagedPolicy(input.PolicyDocument);
  if (policy.versions.length >= VERSION_QUOTA)
    throw limitExceeded(
      `A managed policy can have up to ${VERSION_QUOTA} versions. Before you create a new version, you must delete an existing version.`,
    );
  const version: PolicyVersion = { id: `v${policy.nextVersion}`, document, created: iam.now() };
  policy.nextVersion += 1;
  policy.versions.unshift(version);
  policy.updated = version.created;
  if (input.SetAsDefault) policy.defaultVersion = version.id;
  return { PolicyVersion: listVersion(policy, version) };
};

export const GetPolicyVersion: Op<'GetPolicyVersion'> = async (iam, input) => {
  const policy = await iam.policy(input.PolicyArn);
  const version = findVersion(policy, input.VersionId);
  return {
    PolicyVersion: { Document: encodeDocument(version.document), ...listVersion(policy, version) },
  };
};

export const ListPolicyVersions: Op<'ListPolicyVersions'> = async (iam, input) => {
  const policy = await iam.policy(input.PolicyArn);
  const page = pageInOrder(policy.versions, input, ({ id }) => id);
  const Versions = page.items.map((version) => listVersion(policy, version));
  return { Versions, IsTruncated: page.IsTruncated, Marker: page.Marker };
};

export const SetDefaultPolicyVersion: Op<'SetDefaultPolicyVersion'> = async (iam, input) => {
  const policy = await ownPolicy(iam, input.PolicyArn);
  policy.defaultVersion = findVersion(policy, input.VersionId).id;
  policy.updated = iam.now();
  return {};
};

export const DeletePolicyVersion: Op<'DeletePolicyVersion'> = async (iam, input) => {
  const policy = await ownPolicy(iam, input.PolicyArn);
  const version = findVersion(policy, input.VersionId);
  if (version.id === policy.defaultVersion)
    throw deleteConflict('Cannot delete the default version of a policy.');
  policy.versions.splice(policy.versions.indexOf(version), 1);
  return {};
};

/** A version as lists show it: without its document. */
function listVersion(policy: ManagedPolicy, { id, created }: PolicyVersion) {
  return { VersionId: id, IsDefaultVersion: id === policy.defaultVersion, CreateDate: created };
}

function findVersion(policy: ManagedPolicy, id: string | undefined): PolicyVersion {
  const found = policy.versions.find((version) => version.id === id);
  if (!found) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return found;
}
