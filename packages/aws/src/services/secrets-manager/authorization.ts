import { parsePolicy } from 'aws-languages/policy/document';
import type { Authorization } from '../../core/authorization/authorization';
import type { SecretsManagerState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
export const authorization: Authorization<SecretsManagerState> = {
  find(secrets, _type, { input }) {
    const { SecretId: given, Name: name } = input;
    const { region, accountId } = secrets.context;
    const found = secrets
      .list()
      .find((one) => one.name === given || one.arn === given || one.arn.slice(0, -7) === given);
    if (found) return [found.arn];
    const wanted = String(given ?? name ?? '*');
    // Of a secret that is not there nobody knows the end.
    return [
      wanted.startsWith('arn:')
        ? wanted
        : `arn:aws:secretsmanager:${region}:${accountId}:secret:${wanted}-??????`,
    ];
  },
  context: (_secrets, _access, { input }) => ({
    'secretsmanager:SecretId': input.SecretId as string | undefined,
    'secretsmanager:Name': input.Name as string | undefined,
    'secretsmanager:VersionStage': input.VersionStage as string | undefined,
    'secretsmanager:VersionId': input.VersionId as string | undefined,
  }),
  resource(secrets, arn) {
    const found = secrets.list().find((one) => one.arn === arn);
    return (
      found && {
        tags: found.tags,
        ...(found.policy !== undefined && { policy: parsePolicy(found.policy, { kind: 'resource' }) }),
      }
    );
  },
};
