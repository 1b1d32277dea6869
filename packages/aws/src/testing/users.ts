import type { Call } from '../core/service';
import { rootCall } from './api';
import type { NewRegion } from './region';

/** A user of IAM with no rights yet. */
export interface NewUser {
  /** Of whatever it asks. */
  readonly call: Call;
  /** Lets it do something, on all resources. */
  may(action: string, condition?: object): Promise<unknown>;
}

export async function addUser(region: NewRegion, UserName: string): Promise<NewUser> {
  const iam = region.api('iam');
  await iam.CreateUser({ UserName });
  const { AccessKey } = await iam.CreateAccessKey({ UserName });
  const principal = region.state('iam').principalOf(AccessKey?.AccessKeyId ?? '');
  const may = (Action: string, Condition?: object) =>
    iam.PutUserPolicy({
      ...{ UserName, PolicyName: Action.replace(/\W/g, '-') },
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action, Resource: '*', ...(Condition && { Condition }) },
      }),
    });
  return { call: { ...rootCall(), principal }, may };
}
