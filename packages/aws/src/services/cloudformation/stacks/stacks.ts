import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { validationError } from '../errors';
import type { ChangeSet } from './change-set';
import { Stack, type StackOutput } from './stack';

/** Milliseconds for which AWS shows a stack that was deleted: 90 days. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html */
const DELETED_MILLIS = 90 * 86_400_000;
/** Deleted stacks that are remembered; AWS remembers all. */
const MOST_DELETED = 200;

/** The stacks of a region, the deleted ones included, and what they export to one another. */
export class Stacks {
  private readonly all: Stack[] = [];
  /** By change set id. */
  readonly changeSets = new Map<string, ChangeSet>();

  constructor(private readonly context: Context) {}

  /** Adds a stack that has no resources yet. @throws AwsError `AlreadyExistsException`, `ValidationError` */
  add(name: string): Stack {
    if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
      throw validationError(
        `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*`,
      );
    }
    if (this.find(name)) throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
    this.forgetDeleted();
    const stack = new Stack(name, this.context, this.context.clock.now(), () => this.context.clock.now());
    this.all.push(stack);
    return stack;
  }

  /** By name among those that live, by id among all. */
  find(nameOrId: string | undefined): Stack | undefined {
    return this.all.find((stack) => stack.id === nameOrId || (stack.name === nameOrId && !stack.isDeleted));
  }

  /** @throws AwsError `ValidationError` when there is none */
  get(nameOrId: string | undefined, message = `Stack with id ${nameOrId} does not exist`): Stack {
    const stack = this.find(nameOrId);
    if (!stack) throw validationError(message);
    return stack;
  }

  /** Forgets a stack that never came to be. */
  remove(stack: Stack): void {
    this.all.splice(this.all.indexOf(stack), 1);
  }

  private forgetDeleted(): void {
    const deleted = this.all.filter(({ isDeleted }) => isDeleted);
    const oldest = this.context.clock.millis() - DELETED_MILLIS;
    const isOld = ({ deletedAt }: Stack) => (deletedAt?.getTime() ?? oldest) < oldest;
    const tooMany = deleted.slice(0, Math.max(0, deleted.length - MOST_DELETED));
    for (const stack of new Set([...tooMany, ...deleted.filter(isOld)])) this.remove(stack);
  }

  /** Newest first. */
  list(): Stack[] {
    return [...this.all].reverse();
  }

  exports(): { stack: Stack; output: StackOutput & { exportName: string } }[] {
    return this.all
      .filter((stack) => !stack.isDeleted)
      .flatMap((stack) =>
        stack.outputs.flatMap((output) =>
          output.exportName === undefined
            ? []
            : [{ stack, output: { ...output, exportName: output.exportName } }],
        ),
      );
  }

  /** Stacks that use an export. */
  importers(exportName: string): Stack[] {
    return this.all.filter((stack) => !stack.isDeleted && stack.imports.has(exportName));
  }
}
