import { exportFixed, exportInUse, validationError } from '../../errors';
import type { Stack, StackDefinition, StackOutput } from '../../stacks/stack';
import type { CloudFormationState } from '../../state';
import { evaluate, type Scope } from '../../template/evaluate';

/**
 * The outputs of a stack, as its template says them.
 * @throws AwsError `ValidationError` for an export that another stack has, or needs as it is
 */
export function evaluateOutputs(
  state: CloudFormationState,
  stack: Stack,
  definition: StackDefinition,
  scope: Scope,
): StackOutput[] {
  const outputs = Object.entries(definition.template.Outputs)
    .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
    .map(([key, declaration]): StackOutput => {
      const exportName = declaration.Export && outputText(key, evaluate(declaration.Export.Name, scope));
      return {
        key,
        value: outputText(key, evaluate(declaration.Value, scope)),
        ...(declaration.Description !== undefined && { description: declaration.Description }),
        ...(exportName !== undefined && { exportName }),
      };
    });
  for (const { exportName } of outputs) {
    const owner = state.stacks
      .exports()
      .find(({ output, stack: other }) => output.exportName === exportName && other !== stack);
    if (owner)
      throw validationError(
        `Export with name ${exportName} is already exported by stack ${owner.stack.name}. `,
      );
  }
  checkKeptExports(state, stack, outputs);
  return outputs;
}

/** An export that other stacks use may neither go nor change. */
function checkKeptExports(state: CloudFormationState, stack: Stack, outputs: readonly StackOutput[]): void {
  for (const { exportName, value } of stack.outputs) {
    if (exportName === undefined) continue;
    const users = state.stacks.importers(exportName).filter((user) => user !== stack);
    if (users.length === 0) continue;
    const now = outputs.find((output) => output.exportName === exportName);
    if (now?.value === value) continue;
    throw now ? exportFixed(exportName, users) : exportInUse(exportName, users);
  }
}

function outputText(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw validationError(
    `Template format error: Output ${key} is malformed. The Value field of every Outputs member must evaluate to a String.`,
  );
}
