import { parseArn } from 'aws-languages/arn';
import { authorize, type PolicySet } from 'aws-languages/policy/authorize';
import type { Caller } from 'aws-languages/policy/principal';
import type { ContextValues } from 'aws-languages/policy/variables';
import type {
  Asked,
  Authorization,
  PassedEndpoint,
  Permissions,
} from '../../core/authorization/authorization';
import type { Call } from '../../core/call';
import type { Clock } from '../../core/clock';
import type { Principal } from '../../core/principal';
import { serviceOf } from '../../core/service-call';
import { type AuthorizedService, findAccesses } from './accesses';
import { ActionTables } from './action-tables';
import type { AddressedCall, Judgement, JudgementListener } from './judgement';
import { refusalOf } from './refusal';
import { contextOf } from './request-context';
import { checkUserSession, isUserSession } from './user-session';

/** Whose policies there are: IAM, as the corridor knows it. */
export interface Identities {
  /** What a user, a role or a service's own role may do; undefined for whom no policy of its own limits: the root user. */
  permissionsOf(principal: Principal): Permissions | undefined | Promise<Permissions | undefined>;
  /** What the service-linked role of a service may do; undefined for a service that has none. */
  permissionsOfService(service: string): Promise<Permissions | undefined>;
  /** The VPC endpoint through which a call comes to a service. @param service its signing name */
  endpointOf(call: Call, service: string): PassedEndpoint | undefined;
}

const NOTHING: Permissions = { identity: [] };

/**
 * Decides whether calls are allowed, as AWS does: every access that a call needs by all policies that bear on it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export class Authorizer {
  private readonly tables: ActionTables;

  constructor(
    private readonly clock: Pick<Clock, 'loading' | 'now'>,
    private readonly identities: Identities,
    private readonly listener: JudgementListener = () => {},
  ) {
    this.tables = new ActionTables(clock);
  }

  /** @throws AwsError in the words of the service, when the call is not allowed */
  async check(to: AddressedCall, asked: Asked): Promise<void> {
    const { call } = asked;
    if (isUserSession(call.principal)) checkUserSession(to, asked.operation, call.principal);
    const service = serviceOf(call);
    // Who has not signed may only do what the service itself opens to everybody.
    if (!call.principal.accessKeyId && service === undefined) return;
    const permissions = await this.permissionsOf(call.principal, service);
    if (!permissions) return;
    const judgements = await this.judge(to, asked, permissions);
    this.listener(to, asked, judgements);
    const refused = judgements.find(({ verdict }) => verdict.effect !== 'Allow');
    if (refused) throw refusalOf(to, asked, refused);
  }

  private async permissionsOf(
    principal: Principal,
    service: string | undefined,
  ): Promise<Permissions | undefined> {
    if (service === undefined) return this.identities.permissionsOf(principal);
    return (await this.identities.permissionsOfService(service)) ?? NOTHING;
  }

  private async judge(to: AddressedCall, asked: Asked, permissions: Permissions): Promise<Judgement[]> {
    const table = await this.tables.load(to.service);
    const own: Authorization<unknown> = to.definition.authorization ?? {};
    const { signingName } = to.definition;
    const service: AuthorizedService = { name: to.service, signingName, table, own, state: to.state };
    const accesses = await findAccesses(service, asked);
    const endpoint = this.identities.endpointOf(asked.call, signingName);
    return accesses.flatMap((access) => {
      const isOwn = access.action.startsWith(`${table.prefix}:`);
      const known = isOwn ? own.resource?.(to.state, access.resource) : undefined;
      const special = isOwn ? own.context?.(to.state, access, asked) : undefined;
      const now = this.clock.now();
      const parts = { access, asked, table: isOwn ? table : undefined, permissions, known, now };
      const caller = callerOf(asked.call, permissions);
      // What is not there has no policy to ask: the operation says that it is not there.
      if (caller.kind === 'service' && own.resource && !known) return [];
      const context = {
        ...contextOf(parts),
        ...ofSource(asked.call, caller),
        ...ofEndpoint(endpoint),
        ...special,
      };
      const policies: PolicySet = {
        ...permissions,
        ...(isOwn && endpoint && { endpoint: endpoint.policy }),
        resource: known?.policy,
        resourceAccountId: parseArn(access.resource)?.accountId || undefined,
        isResourceDecisive: isOwn && own.isResourceDecisive && known?.policy !== undefined,
      };
      const request = { action: access.action, resource: access.resource, caller, context };
      return { access, context, caller, policies, verdict: authorize(policies, request) };
    });
  }
}

/** Who calls, as policies mean it. A service with a role of its own is that role. */
function callerOf({ principal, ...call }: Pick<Call, 'principal'> & Call, permissions: Permissions): Caller {
  const { identity, boundary } = permissions;
  const service = serviceOf({ principal, ...call });
  if (service !== undefined && identity.length === 0) return { kind: 'service', name: service };
  const { accountId, arn, roleArn, userId } = principal;
  return {
    kind: 'identity',
    accountId,
    arn,
    userId,
    ...(roleArn !== undefined && { roleArn }),
    ...(boundary && { isBounded: true }),
  };
}

/** On whose behalf a service calls. */
function ofSource({ sourceArn, accountId }: Call, caller: Caller): ContextValues {
  if (caller.kind !== 'service') return {};
  return {
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': caller.name,
    'aws:PrincipalArn': undefined,
    'aws:PrincipalAccount': undefined,
    'aws:PrincipalType': undefined,
    'aws:userid': undefined,
    'aws:SourceAccount': accountId,
    ...(sourceArn !== undefined && { 'aws:SourceArn': sourceArn }),
    // The older name, which topics have in their own policy; CloudWatch still sends it.
    ...(caller.name === 'cloudwatch.amazonaws.com' && { 'aws:SourceOwner': accountId }),
  };
}

/** By which way a call comes. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-network-properties */
function ofEndpoint(endpoint: PassedEndpoint | undefined): ContextValues {
  if (!endpoint) return {};
  return {
    'aws:SourceVpce': endpoint.id,
    'aws:SourceVpc': endpoint.vpcId,
    'aws:VpcSourceIp': endpoint.address,
    'aws:VpceAccount': endpoint.accountId,
    'aws:SourceIp': undefined,
  };
}
