import type { PrincipalPort } from '../../core/ports';
import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as aliases from './operations/aliases';
import * as cryptography from './operations/cryptography';
import * as grants from './operations/grants';
import * as keys from './operations/keys';
import { type Client, KmsState } from './state';

/** AWS Key Management Service of one region. */
export const kms = defineService<Client, KmsState, { iam: PrincipalPort }>({
  client: () => import('@aws-sdk/client-kms'),
  signingName: 'kms',
  target: 'TrentService',
  needs: ['iam'],
  authorization,
  create: (context, { iam }) => new KmsState(context, iam),
  operations: { ...keys, ...grants, ...aliases, ...cryptography },
});
