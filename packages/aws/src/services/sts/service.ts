import { defineService } from '../../core/service';
import * as callers from './operations/callers';
import * as sessions from './operations/sessions';
import { type Client, type RolesAndCredentials, StsState } from './state';

/** AWS Security Token Service. */
export const sts = defineService<Client, StsState, { iam: RolesAndCredentials }>({
  client: () => import('@aws-sdk/client-sts'),
  signingName: 'sts',
  version: '2011-06-15',
  global: true,
  needs: ['iam'],
  create: (context, { iam }) => new StsState(context, iam),
  operations: { ...callers, ...sessions },
});
