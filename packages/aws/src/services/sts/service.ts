import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as authorizationMessages from './operations/authorization-messages';
import * as callers from './operations/callers';
import * as federation from './operations/federation';
import * as sessions from './operations/sessions';
import { type Client, type RolesAndCredentials, StsState } from './state';

/** AWS Security Token Service. */
export const sts = defineService<Client, StsState, { iam: RolesAndCredentials }>({
  client: () => import('@aws-sdk/client-sts'),
  signingName: 'sts',
  version: '2011-06-15',
  global: true,
  // Who they let in is known by a token, not by a key.
  anonymous: ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'],
  needs: ['iam'],
  authorization,
  create: (context, { iam }) => new StsState(context, iam),
  operations: { ...callers, ...sessions, ...federation, ...authorizationMessages },
});
