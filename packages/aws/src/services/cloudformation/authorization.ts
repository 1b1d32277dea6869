import type { Authorization } from '../../core/authorization/authorization';
import { passRole } from '../../core/authorization/pass-role';
import type { CloudFormationState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html */
export const authorization: Authorization<CloudFormationState> = {
  find({ stacks, context }, type, { input }) {
    if (type !== 'stack') return [];
    const { StackName: name, ChangeSetName: changeSet } = input as Readonly<Record<string, string>>;
    if (name === undefined && changeSet === undefined) return [];
    const id = name ?? stacks.changeSets.get(changeSet ?? '')?.stack.id ?? '*';
    const found = stacks.find(id);
    if (found) return [found.id];
    return [
      id.startsWith('arn:')
        ? id
        : `arn:aws:cloudformation:${context.region}:${context.accountId}:stack/${id}/*`,
    ];
  },
  further: (_state, { input: { RoleARN: role } }) =>
    typeof role === 'string' ? [passRole(role, 'cloudformation.amazonaws.com')] : [],
  context: (_state, _access, { input }) => ({
    'cloudformation:RoleArn': input.RoleARN as string | undefined,
    'cloudformation:TemplateUrl': input.TemplateURL as string | undefined,
    'cloudformation:ChangeSetName': input.ChangeSetName as string | undefined,
    'cloudformation:ResourceTypes': input.ResourceTypes as readonly string[] | undefined,
  }),
  resource({ stacks }, arn) {
    const tags = stacks.find(arn)?.definition?.tags;
    return tags && { tags: new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  },
};
