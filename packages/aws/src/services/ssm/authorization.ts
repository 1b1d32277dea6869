import { parseArn, splitResource } from 'aws-languages/arn';
import type { Authorization } from '../../core/authorization/authorization';
import type { SsmState } from './state';

/** Amazon's own parameters are in no account. */
const PUBLISHED = /^\/?aws\/service\//;

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export const authorization: Authorization<SsmState> = {
  find({ context }, type, { input }) {
    if (type !== 'parameter') return [];
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
    const { id } = splitResource(parseArn(arn)?.resource ?? '');
    const found = ssm.stored(id) ?? ssm.stored(`/${id}`);
    return found && { tags: new Map(found.tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  },
};
