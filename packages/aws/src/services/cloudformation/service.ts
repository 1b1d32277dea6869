import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as account from './operations/account';
import * as changeSets from './operations/change-sets';
import * as exportsAndImports from './operations/exports';
import * as policies from './operations/policies';
import * as resources from './operations/resources';
import * as rollbacks from './operations/rollbacks';
import * as stacks from './operations/stacks';
import * as templates from './operations/templates';
import type { Roles } from './stacks/rights';
import { type Client, CloudFormationState } from './state';

/** AWS CloudFormation of one region. It makes resources through the other services' own operations. */
export const cloudformation = defineService<Client, CloudFormationState, { iam: Roles }>({
  client: () => import('@aws-sdk/client-cloudformation'),
  signingName: 'cloudformation',
  version: '2010-05-15',
  authorization,
  needs: ['iam'],
  create: (context, { iam }) => new CloudFormationState(context, iam),
  operations: {
    ...account,
    ...changeSets,
    ...exportsAndImports,
    ...policies,
    ...resources,
    ...rollbacks,
    ...stacks,
    ...templates,
  },
  serve: async ({ mailboxes }, request) => mailboxes.receive(request),
  dispose: (cloudFormation) => cloudFormation.dispose(),
});
