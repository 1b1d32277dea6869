import { defineService } from '../../core/service';
import { authorization } from './authorization';
import { serveArchive } from './code/archives';
import * as account from './operations/account';
import * as aliases from './operations/aliases';
import * as concurrency from './operations/concurrency';
import * as eventInvokeConfigs from './operations/event-invoke-configs';
import * as fixedSettings from './operations/fixed-settings';
import * as functions from './operations/functions';
import * as invocations from './operations/invocations';
import * as permissions from './operations/permissions';
import * as tags from './operations/tags';
import * as versions from './operations/versions';
import { type Client, LambdaState, type Needs } from './state';

/** AWS Lambda of one region. */
export const lambda = defineService<Client, LambdaState, Needs>({
  client: () => import('@aws-sdk/client-lambda'),
  signingName: 'lambda',
  needs: ['ec2', 'network', 'iam', 'cloudwatch-logs'],
  authorization,
  create: (context, needs) => new LambdaState(context, needs),
  operations: {
    ...functions,
    ...versions,
    ...aliases,
    ...invocations,
    ...permissions,
    ...concurrency,
    ...eventInvokeConfigs,
    ...tags,
    ...fixedSettings,
    ...account,
  },
  serve: serveArchive,
  dispose: (state) => state.dispose(),
});
