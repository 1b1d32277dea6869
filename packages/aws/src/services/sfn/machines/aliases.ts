import type { RoutingConfigurationListItem } from '@aws-sdk/client-sfn';
import { readArn, splitResource } from 'aws-languages/arn';
import { randomFraction } from '../../../core/ids';
import { invalidArn, noSuchResource, validationError } from '../errors';
import type { Alias, Route } from './alias';
import type { StateMachine, StateMachines, StateMachineVersion } from './state-machines';

/** The alias of an ARN; undefined for another ARN, and for one that is not there. */
export function findAlias(stateMachines: StateMachines, arn: string | undefined): Alias | undefined {
  const at = (arn ?? '').lastIndexOf(':');
  return stateMachines.find((arn ?? '').slice(0, at))?.aliases.get((arn ?? '').slice(at + 1));
}

/** @throws AwsError InvalidArn, ResourceNotFound */
export function getAlias(stateMachines: StateMachines, arn: string | undefined): Alias {
  const { resource } = readArn(arn, { service: 'states', type: 'stateMachine' }) ?? {};
  if (resource === undefined || !splitResource(resource).id.includes(':')) throw invalidArn(arn);
  const found = findAlias(stateMachines, arn);
  if (found) return found;
  throw noSuchResource(arn);
}

/** The version that the next execution of an alias is of. */
export function chooseVersion(stateMachines: StateMachines, { routing }: Alias): StateMachine {
  let left = randomFraction() * 100;
  const chosen = routing.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return stateMachines.get((chosen ?? routing[0])?.versionArn);
}

/**
 * Reads where an alias leads: to one version, or to two of one state machine, whose weights make a hundred.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html
 *
 * @throws AwsError ValidationException, ResourceNotFound for a version that is not there
 */
export function readRouting(
  stateMachines: StateMachines,
  given: readonly RoutingConfigurationListItem[],
): { readonly owner: StateMachine; readonly routing: readonly Route[] } {
  const versions = given.map(({ stateMachineVersionArn: arn }) => readVersion(stateMachines, arn));
  const [first, second] = versions;
  if (!first) throw validationError('Routing configuration must name one or two versions');
  if (second && second.arn !== first.arn)
    throw validationError('Routing configuration must contain versions of the same state machine');
  if (second?.versionArn === first.versionArn)
    throw validationError('Routing configuration must contain distinct state machine version ARNs');
  const sum = given.reduce((total, { weight = 0 }) => total + weight, 0);
  if (sum !== 100) throw validationError(`Sum of routing configuration weights must equal 100 but is ${sum}`);
  const owner = stateMachines.base(first.arn);
  return {
    owner,
    routing: given.map(({ weight = 0 }, at) => ({ versionArn: versions[at]?.versionArn ?? '', weight })),
  };
}

function readVersion(stateMachines: StateMachines, arn: string | undefined): StateMachineVersion {
  const found = stateMachines.findVersion(arn);
  if (found) return found;
  throw noSuchResource(arn);
}
