import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { perRegion } from './per-region';

export const secretsManager = perRegion((config) => new SecretsManagerClient(config));
