import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';

/** Gives the tests of a file the SSM parameters that `kiln push` writes, by their names; any other is not there. @returns the client */
export function useSites(
  sites: Record<string, string> = { '/kiln/web/site': 's3://kiln-artifacts/web/0.tar.gz' },
) {
  const ssm = mockClient(SSMClient);
  beforeEach(() => {
    ssm.reset();
    ssm.on(GetParameterCommand).callsFake(({ Name }: { Name: string }) => {
      if (Object.hasOwn(sites, Name)) return { Parameter: { Value: sites[Name] } };
      throw new ParameterNotFound({ message: Name, $metadata: {} });
    });
  });
  return ssm;
}
