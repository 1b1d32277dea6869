import { parse, type ScriptNode } from 'just-bash';
import { quoteWord } from '../commands/program';

/** The variable that stands for a script's name where an expansion changes it, so named that no script has it. */
const NAME = '__script';

const PARAMETERS = new Set(['0', 'BASH_SOURCE', 'BASH_SOURCE[0]']);

/**
 * A script that calls itself by the path that it was started with: just-bash calls every script `bash`, and knows no `BASH_SOURCE`.
 *
 * @param name the path, as in `/var/lib/cloud/instance/scripts/part-001`
 */
export function nameScript(script: ScriptNode, name: string): ScriptNode {
  let isChanged = false;
  const visit = <T>(value: T): T => {
    if (Array.isArray(value)) return value.map(visit) as T;
    if (typeof value !== 'object' || value === null) return value;
    if ('type' in value && value.type === 'ParameterExpansion' && 'parameter' in value && isName(value)) {
      if ('operation' in value && value.operation !== null) {
        isChanged = true;
        return { ...value, parameter: NAME };
      }
      return { type: 'Literal', value: name } as T;
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)])) as T;
  };
  const named = visit(script);
  if (!isChanged) return named;
  return { ...named, statements: [...parse(`${NAME}=${quoteWord(name)}`).statements, ...named.statements] };
}

function isName({ parameter }: { parameter: unknown }): boolean {
  return PARAMETERS.has(String(parameter));
}
