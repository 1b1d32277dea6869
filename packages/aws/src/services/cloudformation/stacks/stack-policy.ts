import { compileWildcard } from 'aws-languages/wildcard';
import { z } from 'zod';
import { validationError } from '../errors';

/** What an update does to a resource, as stack policies name it. */
export type UpdateAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const Statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown().refine((principal) => JSON.stringify(principal)?.includes('"*"')),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Condition: z.record(z.string(), z.object({ ResourceType: texts })).optional(),
});
const Policy = z.object({
  Statement: z.union([z.array(Statement).min(1), Statement.transform((one) => [one])]),
});

export type StackPolicy = z.infer<typeof Policy>;

/**
 * Reads a stack policy.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
 *
 * @param knows whether the template has a logical id
 * @throws AwsError `ValidationError`
 */
export function readStackPolicy(body: string, knows: (logicalId: string) => boolean): StackPolicy {
  const policy = Policy.safeParse(parseJson(body)).data;
  if (!policy) throw validationError('Error validating stack policy: Invalid stack policy');
  for (const { Resource = [], NotResource = [] } of policy.Statement) {
    for (const resource of [...Resource, ...NotResource]) {
      const [, logicalId] = /^LogicalResourceId\/([^*?]+)$/.exec(resource) ?? [];
      if (logicalId !== undefined && !knows(logicalId))
        throw validationError(
          `Error validating stack policy: Unknown logical id '${resource}' in statement {} - stack policies can only be applied to logical ids referenced in the template`,
        );
    }
  }
  return policy;
}

/** Why a policy forbids an action on a resource; undefined when it allows it. A denial outweighs what is allowed. */
export function explainDenial(
  policy: StackPolicy,
  action: UpdateAction,
  resource: { readonly logicalId: string; readonly type: string },
): string | undefined {
  const target = `LogicalResourceId/${resource.logicalId}`;
  const applying = policy.Statement.map((statement, index) => ({ statement, index })).filter(
    ({ statement }) => {
      const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
      return (
        (Action?.some((one) => matches(one, action)) ?? !NotAction?.some((one) => matches(one, action))) &&
        (Resource?.some((one) => matches(one, target)) ??
          !NotResource?.some((one) => matches(one, target))) &&
        Object.values(Condition).every((one) => one.ResourceType.some((type) => matches(type, resource.type)))
      );
    },
  );
  const denied = applying.find(({ statement }) => statement.Effect === 'Deny');
  if (denied)
    return `Action denied by stack policy: Statement [#${denied.index + 1}] does not allow [${action}] for resource [${target}];`;
  return applying.length > 0
    ? undefined
    : `Action not allowed by stack policy: No statement allows [${action}] for resource [${target}];`;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** `*` stands for any characters, and nothing else for more than itself. */
function matches(pattern: string, text: string): boolean {
  return compileWildcard(pattern, { question: false }).test(text);
}
