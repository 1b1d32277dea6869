import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as activities from './operations/activities';
import * as aliases from './operations/aliases';
import * as executions from './operations/executions';
import * as stateMachines from './operations/state-machines';
import * as tags from './operations/tags';
import * as taskTokens from './operations/task-tokens';
import * as versions from './operations/versions';
import { type Client, type Roles, SfnState } from './state';

/** AWS Step Functions of one region. */
export const sfn = defineService<Client, SfnState, { iam: Roles }>({
  client: () => import('@aws-sdk/client-sfn'),
  signingName: 'states',
  target: 'AWSStepFunctions',
  needs: ['iam'],
  authorization,
  create: (context, { iam }) => new SfnState(context, iam),
  operations: {
    ...stateMachines,
    ...versions,
    ...aliases,
    ...activities,
    ...tags,
    ...executions,
    ...taskTokens,
  },
  dispose: (state) => state.dispose(),
});
