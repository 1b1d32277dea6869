import type { IamInstanceProfileAssociation, IamInstanceProfileAssociationState } from '@aws-sdk/client-ec2';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import {
  incorrectInstanceState,
  incorrectState,
  invalidAssociationIdNotFound,
  mustContain,
} from '../../errors';
import { readProfile } from '../../instances/launch/profile';
import { associate } from '../../instances/profile-associations';
import type { Inventory } from '../../inventory';
import type { InstanceRecord, ProfileAssociation } from '../../records/instances';
import type { Op } from '../../state';

const associationFilters: FilterTable<IamInstanceProfileAssociation> = {
  'instance-id': (one) => one.InstanceId,
  state: (one) => one.State,
};

export const AssociateIamInstanceProfile: Op<'AssociateIamInstanceProfile'> = (ec2, input) => {
  const profile = requireProfile(ec2, input.IamInstanceProfile);
  const record = ec2.instances.require(input.InstanceId);
  if (record.state === 'shutting-down' || record.state === 'terminated') {
    throw incorrectInstanceState(`The instance '${record.id}' is not in the 'running' or 'stopped' states.`);
  }
  if (record.profile) {
    throw incorrectState(`There is an existing association for instance ${record.id}`);
  }
  record.profile = associate(ec2, profile);
  return { IamInstanceProfileAssociation: show(record, record.profile, 'associating') };
};

export const DisassociateIamInstanceProfile: Op<'DisassociateIamInstanceProfile'> = (ec2, input) => {
  const { record, association } = requireAssociation(ec2, input.AssociationId);
  record.profile = undefined;
  return { IamInstanceProfileAssociation: show(record, association, 'disassociating') };
};

export const ReplaceIamInstanceProfileAssociation: Op<'ReplaceIamInstanceProfileAssociation'> = (
  ec2,
  input,
) => {
  const profile = requireProfile(ec2, input.IamInstanceProfile);
  const { record } = requireAssociation(ec2, input.AssociationId);
  record.profile = associate(ec2, profile);
  return { IamInstanceProfileAssociation: show(record, record.profile, 'associating') };
};

export const DescribeIamInstanceProfileAssociations: Op<'DescribeIamInstanceProfileAssociations'> = (
  ec2,
  input,
) => {
  const ids = input.AssociationIds ?? [];
  const matches = compileFilters(input.Filters, associationFilters);
  const found = associations(ec2)
    .map(({ record, association }) => show(record, association, 'associated'))
    .filter((one) => (ids.length === 0 || ids.includes(one.AssociationId)) && matches(one));
  const page = paginate(found, input, {
    of: 'DescribeIamInstanceProfileAssociations',
    idOf: (one) => one.AssociationId,
    min: 5,
    max: 1000,
    question: [ids, input.Filters],
  });
  return { IamInstanceProfileAssociations: page.items, NextToken: page.NextToken };
};

function requireProfile(ec2: Inventory, given: Parameters<typeof readProfile>[1]) {
  const profile = readProfile(ec2, given);
  if (profile) return profile;
  throw mustContain('IamInstanceProfile');
}

function associations(ec2: Inventory) {
  return ec2.instances
    .values()
    .flatMap((record) =>
      record.profile && record.state !== 'terminated' ? [{ record, association: record.profile }] : [],
    );
}

function requireAssociation(ec2: Inventory, id: string | undefined) {
  const found = associations(ec2).find(({ association }) => association.associationId === id);
  if (found) return found;
  throw invalidAssociationIdNotFound(`The association ID '${id}' does not exist`);
}

function show(
  record: InstanceRecord,
  association: ProfileAssociation,
  State: IamInstanceProfileAssociationState,
) {
  return {
    AssociationId: association.associationId,
    InstanceId: record.id,
    IamInstanceProfile: { Arn: association.arn, Id: association.id },
    State,
    Timestamp: association.since,
  };
}
