import { type Clients, ServiceFailure } from '../../resources/clients';
import { refusedRead } from './refused-read';

/**
 * Reads a parameter of the Parameter Store, `name` or `name:version`; undefined when there is none.
 * @throws AwsError `ValidationError` where nobody may read it with these rights
 */
export async function fetchParameter(aws: Clients, name: string): Promise<string | undefined> {
  try {
    return (await aws.ssm.GetParameters({ Names: [name] })).Parameters?.[0]?.Value;
  } catch (error) {
    if (error instanceof ServiceFailure) throw refusedRead(error, 'AWSSimpleSystemsManagement');
    throw error;
  }
}
