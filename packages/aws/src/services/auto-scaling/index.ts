import type { Context } from '../../core/context';
import type { TypedOperations } from '../../core/typed-operations';
import type { Dependencies } from './dependencies';
import { groupOperations } from './group-operations';
import { instanceOperations } from './instance-operations';
import { policyOperations } from './policy-operations';
import { processOperations } from './process-operations';
import { refreshOperations } from './refresh-operations';
import { AutoScalingState } from './state';
import { targetOperations } from './target-operations';

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
