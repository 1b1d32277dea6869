import type { Account, AccountState, ResourceScanType, State, Status } from '@aws-sdk/client-inspector2';
import { ensureLinkedRole } from '../../../core/service-call';
import type { InspectorState, Op } from '../state';

const ALL: readonly ResourceScanType[] = ['EC2', 'ECR', 'LAMBDA', 'LAMBDA_CODE', 'CODE_REPOSITORY'];

export const Enable: Op<'Enable'> = async (inspector, { accountIds, resourceTypes = [] }, call) => {
  const { needs, context } = inspector;
  await ensureLinkedRole(
    context,
    needs.iam,
    call,
    'inspector2.amazonaws.com',
    'AWSServiceRoleForAmazonInspector2',
  );
  const { own, others } = sortAccounts(inspector, accountIds);
  if (own) inspector.enable(resourceTypes);
  return { accounts: own ? [showAccount(inspector)] : [], failedAccounts: others.map(refuse) };
};

export const Disable: Op<'Disable'> = (inspector, { accountIds, resourceTypes = [] }) => {
  const { own, others } = sortAccounts(inspector, accountIds);
  if (own) inspector.disable(resourceTypes.length > 0 ? resourceTypes : ALL);
  return { accounts: own ? [showAccount(inspector)] : [], failedAccounts: others.map(refuse) };
};

export const BatchGetAccountStatus: Op<'BatchGetAccountStatus'> = (inspector, { accountIds }) => {
  const { own, others } = sortAccounts(inspector, accountIds);
  return { accounts: own ? [showState(inspector)] : [], failedAccounts: others.map(refuse) };
};

/** Whether an input means the caller's own account, and which others. */
function sortAccounts({ context }: InspectorState, ids: readonly string[] = []) {
  const others = ids.filter((id) => id !== context.accountId);
  return { own: ids.length === 0 || ids.includes(context.accountId), others };
}

/** There is no organization here. */
function refuse(accountId: string) {
  return {
    accountId,
    errorCode: 'ACCESS_DENIED' as const,
    errorMessage: `Account ${accountId} is not a member of the organization.`,
  };
}

function showAccount(inspector: InspectorState): Account {
  return {
    accountId: inspector.context.accountId,
    status: inspector.status,
    resourceStatus: {
      ec2: inspector.statusOf('EC2'),
      ecr: inspector.statusOf('ECR'),
      lambda: inspector.statusOf('LAMBDA'),
      lambdaCode: inspector.statusOf('LAMBDA_CODE'),
      codeRepository: inspector.statusOf('CODE_REPOSITORY'),
    },
  };
}

function showState(inspector: InspectorState): AccountState {
  const of = (type: ResourceScanType) => showStatus(inspector.statusOf(type));
  return {
    accountId: inspector.context.accountId,
    state: showStatus(inspector.status),
    resourceState: {
      ec2: of('EC2'),
      ecr: of('ECR'),
      lambda: of('LAMBDA'),
      lambdaCode: of('LAMBDA_CODE'),
      codeRepository: of('CODE_REPOSITORY'),
    },
  };
}

/** A code of an error is asked for also where nothing is wrong. */
function showStatus(status: Status): State {
  return { status, errorCode: '' as State['errorCode'], errorMessage: '' };
}
