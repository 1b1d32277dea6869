import type { NormalizedSchema } from '@smithy/core/schema';
import { refuse } from './constraint-refusals';
import { type ConstraintService, type ConstraintTable, readTable } from './constraint-table';
import { ViolationFinder } from './violations';

export { type ConstraintService, constraintServices } from './constraint-table';

/** Reads what a service's model asks of inputs. The caller keeps it: one a service is enough for a process. */
export async function loadConstraints(service: ConstraintService): Promise<Constraints> {
  return new Constraints(await readTable(service));
}

/**
 * Holds inputs against the API's model as AWS does before it looks at anything else: required members, lengths,
 * ranges, enumerations and patterns, nested ones included.
 *
 * @example
 * const constraints = await loadConstraints('auto-scaling');
 * constraints.check(operation.input, input, model.protocol);
 */
export class Constraints {
  private readonly finder: ViolationFinder;
  private readonly service: ConstraintService;

  constructor(table: ConstraintTable) {
    this.finder = new ViolationFinder(table);
    this.service = table.service;
  }

  /**
   * @param schema of the operation's input
   * @param input as the codec decoded it
   * @param protocol of the request: `ec2Query`, `awsQuery`, `awsJson1_0`, …; services that speak several answer each in its code
   * @throws AwsError one, of all that is wrong, in the service's own words
   */
  check(schema: NormalizedSchema, input: unknown, protocol: string): void {
    const violations = this.finder.find(schema, input);
    if (violations.length > 0) throw refuse(this.service, violations, protocol);
  }
}
