import { type Clients, ServiceFailure } from '../../resources/clients';

/** Reads a parameter of the Parameter Store; undefined when there is none. */
export async function fetchParameter(aws: Clients, name: string): Promise<string | undefined> {
  try {
    return (await aws.ssm.GetParameter({ Name: name })).Parameter?.Value;
  } catch (error) {
    if (error instanceof ServiceFailure && /^Parameter(Version)?NotFound$/.test(error.code)) return undefined;
    throw error;
  }
}
