import type { Target } from '@aws-sdk/client-ssm';
import { parseArn, splitResource } from 'aws-languages/arn';
import type { Asked, Authorization } from '../../core/authorization/authorization';
import { AGENT_ACCESSES } from './agents/accesses';
import type { SsmState } from './state';

/** Amazon's own parameters are in no account. */
const PUBLISHED = /^\/?aws\/service\//;

/** What agents do, each for its own instance. */
const OF_AGENTS = [
  'UpdateInstanceInformation',
  'ListInstanceAssociations',
  'UpdateInstanceAssociationStatus',
];

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export const authorization: Authorization<SsmState> = {
  accesses: (_ssm, { operation }) => AGENT_ACCESSES[operation]?.map((action) => ({ action, resource: '*' })),
  find(ssm, type, asked) {
    if (type === 'document') return findDocuments(ssm, asked);
    if (type === 'instance') return findInstances(ssm, asked);
    if (type === 'bucket') return findBuckets(asked);
    // Nobody makes any here but services, of whose ids no agent is told.
    if (type === 'association') return undefined;
    if (type !== 'parameter') return [];
    const { context } = ssm;
    const { input } = asked;
    const given =
      input.Name ?? input.Names ?? input.Path ?? (input.ResourceType === 'Parameter' && input.ResourceId);
    if (typeof given !== 'string' && !Array.isArray(given)) return undefined;
    return [given].flat().map((name: string) => {
      const bare = name.startsWith('arn:') ? splitResource(parseArn(name)?.resource ?? '').id : name;
      const [path = ''] = bare.replace(/^\//, '').split(':');
      const accountId = PUBLISHED.test(path) ? '' : context.accountId;
      return `arn:aws:ssm:${context.region}:${accountId}:parameter/${path}`;
    });
  },
  context: (_ssm, { action }, { input }) => ({
    ...(action === 'ssm:PutParameter' && { 'ssm:Overwrite': String(input.Overwrite ?? false) }),
    ...(action === 'ssm:GetParametersByPath' && { 'ssm:Recursive': String(input.Recursive ?? false) }),
  }),
  resource(ssm, arn) {
    const { service, resource = '' } = parseArn(arn) ?? {};
    const { id } = splitResource(resource);
    if (service === 'ec2') return { tags: tagsOf(ssm.needs.ec2.instance(id)?.Tags) };
    if (service === 's3' || resource.startsWith('document/')) return undefined;
    const found = ssm.stored(id) ?? ssm.stored(`/${id}`);
    return found && { tags: tagsOf(found.tags) };
  },
};

function tagsOf(tags: readonly { Key?: string; Value?: string }[] = []): ReadonlyMap<string, string> {
  return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

function findDocuments(ssm: SsmState, { operation, input }: Asked): string[] {
  const name = operation === 'SendCommand' ? input.DocumentName : input.Name;
  if (typeof name !== 'string') return [];
  return [name.startsWith('arn:') ? name : ssm.documentArn(name)];
}

/**
 * The bucket that a command's output goes to. Neither the guide nor the API reference tells of it, but roles of AWS's own are allowed it:
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSServiceRoleForImageBuilder.html
 */
function findBuckets({ operation, input }: Asked): string[] {
  const { OutputS3BucketName: name } = input;
  return operation === 'SendCommand' && typeof name === 'string' ? [`arn:aws:s3:::${name}`] : [];
}

/** The instances that a command is sent to are each asked for; those of an agent are its own. */
function findInstances(ssm: SsmState, { operation, input }: Asked): string[] {
  if (OF_AGENTS.includes(operation)) return [ssm.instanceArn(String(input.InstanceId))];
  if (operation !== 'SendCommand') return [];
  const ids = (input.InstanceIds ?? []) as readonly string[];
  const targets = (input.Targets ?? []) as readonly Target[];
  const found = [...ids, ...(targets.length > 0 ? ssm.instancesOf(targets) : [])];
  return found.length > 0 ? found.map((id) => ssm.instanceArn(id)) : [ssm.instanceArn('*')];
}
