import type { IamInstanceProfileAssociation, IamInstanceProfileAssociationState } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { readProfile } from '../../instances/launch/profile';
import type { InstanceRecord, ProfileAssociation } from '../../records/instances';
import type { Ec2Operations, Ec2State } from '../../state';

const associationFilters: FilterTable<IamInstanceProfileAssociation> = {
  'instance-id': (one) => one.InstanceId,
  state: (one) => one.State,
};

/**
 * The instance profiles that instances have, given with the launch or later.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/attach-iam-role.html
 */
export function profileAssociationOperations(state: Ec2State) {
  return {
    AssociateIamInstanceProfile(input) {
      const profile = requireProfile(state, input.IamInstanceProfile);
      const record = state.instances.require(input.InstanceId);
      if (record.state === 'shutting-down' || record.state === 'terminated') {
        throw new AwsError(
          'IncorrectInstanceState',
          `The instance '${record.id}' is not in the 'running' or 'stopped' states.`,
        );
      }
      if (record.profile) {
        throw new AwsError('IncorrectState', `There is an existing association for instance ${record.id}`);
      }
      record.profile = associate(state, profile);
      return { IamInstanceProfileAssociation: show(record, record.profile, 'associating') };
    },
    DisassociateIamInstanceProfile(input) {
      const { record, association } = requireAssociation(state, input.AssociationId);
      record.profile = undefined;
      return { IamInstanceProfileAssociation: show(record, association, 'disassociating') };
    },
    ReplaceIamInstanceProfileAssociation(input) {
      const profile = requireProfile(state, input.IamInstanceProfile);
      const { record } = requireAssociation(state, input.AssociationId);
      record.profile = associate(state, profile);
      return { IamInstanceProfileAssociation: show(record, record.profile, 'associating') };
    },
    DescribeIamInstanceProfileAssociations(input) {
      const ids = input.AssociationIds ?? [];
      const matches = compileFilters(input.Filters, associationFilters);
      const found = associations(state)
        .map(({ record, association }) => show(record, association, 'associated'))
        .filter((one) => (ids.length === 0 || ids.includes(one.AssociationId)) && matches(one));
      const page = paginate(found, (one) => one.AssociationId, input, { min: 5, max: 1000 }, [
        ids,
        input.Filters,
      ]);
      return { IamInstanceProfileAssociations: page.items, NextToken: page.NextToken };
    },
  } satisfies Ec2Operations;
}

/** The association that an instance has with its profile from now on. */
export function associate(state: Ec2State, profile: { arn: string; id: string }): ProfileAssociation {
  return { ...profile, associationId: resourceId('iip-assoc'), since: state.context.clock.now() };
}

function requireProfile(state: Ec2State, given: Parameters<typeof readProfile>[1]) {
  const profile = readProfile(state, given);
  if (profile) return profile;
  throw new AwsError('MissingParameter', 'The request must contain the parameter IamInstanceProfile');
}

function associations(state: Ec2State) {
  return state.instances
    .values()
    .flatMap((record) =>
      record.profile && record.state !== 'terminated' ? [{ record, association: record.profile }] : [],
    );
}

function requireAssociation(state: Ec2State, id: string | undefined) {
  const found = associations(state).find(({ association }) => association.associationId === id);
  if (found) return found;
  throw new AwsError('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`);
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
