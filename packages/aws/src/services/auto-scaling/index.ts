import type { Context } from '../../core/context';
import type { TypedOperations } from '../../core/typed-operations';
import type { Dependencies } from './dependencies';
import { groupOperations } from './operations/groups';
import { refreshOperations } from './operations/instance-refreshes';
import { instanceOperations } from './operations/instances';
import { policyOperations } from './operations/policies';
import { processOperations } from './operations/processes';
import { targetOperations } from './operations/target-groups';
import { AutoScalingState } from './state';

type Client = typeof import('@aws-sdk/client-auto-scaling');

/** Amazon EC2 Auto Scaling in one region: groups that keep their capacity, and instance refreshes. */
export class AutoScaling {
  private readonly state: AutoScalingState;
  readonly operations: TypedOperations<Client, ReturnType<typeof allOperations>>;

  constructor(context: Context, deps: Dependencies) {
    this.state = new AutoScalingState(context, deps);
    this.operations = allOperations(this.state);
  }

  dispose(): void {
    this.state.dispose();
  }
}

function allOperations(state: AutoScalingState) {
  return {
    ...groupOperations(state),
    ...instanceOperations(state),
    ...refreshOperations(state),
    ...targetOperations(state),
    ...processOperations(state),
    ...policyOperations(state),
  };
}
