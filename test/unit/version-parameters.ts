import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';

/** The SSM parameters in which the stacks of fleets look up their versions, by name; a test puts in what is there. */
export function useVersionParameters(): Map<string, string> {
  const parameters = new Map<string, string>();
  const ssm = mockClient(SSMClient);
  beforeEach(() => {
    parameters.clear();
    ssm.reset();
    ssm.on(GetParameterCommand).callsFake(({ Name }) => {
      if (parameters.has(Name)) return { Parameter: { Value: parameters.get(Name) } };
      throw Object.assign(new Error(`Parameter ${Name} not found.`), { name: 'ParameterNotFound' });
    });
    ssm.on(PutParameterCommand).callsFake(({ Name, Value }) => {
      parameters.set(Name, Value);
      return {};
    });
  });
  return parameters;
}
