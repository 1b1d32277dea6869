import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import type { IamPort } from '../../core/ports';
import { type Machine, splitArn } from './state-machine';

/** The state machines of one region. */
export class Machines {
  private readonly machines = new Map<string, Machine>();

  constructor(
    private readonly context: Context,
    private readonly iam: Pick<IamPort, 'role'>,
    private readonly onDelete: (machine: Machine) => void,
  ) {}

  /**
   * By ARN, of a machine or of a version.
   * @throws AwsError InvalidArn, StateMachineDoesNotExist
   */
  get(arn: string | undefined): Machine {
    if (!/^arn:aws[\w-]*:states:[\w-]+:\d{12}:stateMachine:[^:]+/.test(arn ?? ''))
      throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
    const [base, qualifier] = splitArn(arn ?? '');
    const machine = this.machines.get(base);
    const found = qualifier === undefined ? machine : machine?.versions.get(Number(qualifier));
    if (found) return found;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  /** By ARN, while it is there. */
  find(arn: string): Machine | undefined {
    return this.machines.get(arn);
  }

  /** All of them; versions stand in their machines. */
  all(): Machine[] {
    return [...this.machines.values()];
  }

  /** Keeps a new machine. */
  add(machine: Machine): void {
    this.machines.set(machine.arn, machine);
  }

  /** Takes a machine away, and ends what it runs. */
  remove(arn: string): void {
    const machine = this.machines.get(arn);
    if (!machine) return;
    this.machines.delete(arn);
    this.onDelete(machine);
  }

  /** A machine itself; a version cannot be changed. */
  base(arn: string | undefined): Machine {
    const machine = this.get(arn);
    if (machine.versionArn === undefined) return machine;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  /** Tags that may be changed. @throws AwsError ResourceNotFound */
  tagsOf(arn: string | undefined): Map<string, string> {
    const machine = this.machines.get(arn ?? '');
    if (machine) return machine.tags;
    throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`, 400, { resourceName: arn });
  }

  /** @throws AwsError InvalidArn, AccessDeniedException for a role that Step Functions may not assume */
  checkRole(roleArn: string | undefined): void {
    if (!/^arn:aws[\w-]*:iam::\d{12}:role\/.+/.test(roleArn ?? ''))
      throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${roleArn}'`);
    const trusted = this.iam.role(roleArn ?? '')?.assumableBy ?? [];
    if (
      trusted.includes('states.amazonaws.com') ||
      trusted.includes(`states.${this.context.region}.amazonaws.com`)
    )
      return;
    throw new AwsError(
      'AccessDeniedException',
      `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.`,
    );
  }
}
