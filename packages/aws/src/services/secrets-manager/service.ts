import type { PrincipalPort } from '../../core/ports';
import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as passwords from './operations/passwords';
import * as policies from './operations/policies';
import * as secrets from './operations/secrets';
import * as stages from './operations/stages';
import * as tags from './operations/tags';
import * as values from './operations/values';
import { type Client, SecretsManagerState } from './state';

/** AWS Secrets Manager of one region. */
export const secretsManager = defineService<Client, SecretsManagerState, { iam: PrincipalPort }>({
  client: () => import('@aws-sdk/client-secrets-manager'),
  signingName: 'secretsmanager',
  target: 'secretsmanager',
  needs: ['iam'],
  authorization,
  create: (context, { iam }) => new SecretsManagerState(context, iam),
  operations: { ...passwords, ...policies, ...secrets, ...stages, ...values, ...tags },
});
