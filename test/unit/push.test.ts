import { join } from 'node:path';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { pushSite } from '../../cli/push';

const ssm = mockClient(SSMClient);

test('a push to where the service is not says what to do', async () => {
  ssm
    .on(GetParameterCommand)
    .rejects(new ParameterNotFound({ message: 'Parameter not found.', $metadata: {} }));
  const pushed = pushSite({ region: 'us-west-2' }, join(__dirname, '../../pipelines'), 'web');
  await expect(pushed).rejects.toThrow(
    'there is no SSM parameter /kiln/artifacts-bucket in us-west-2: deploy the service there first, or set AWS_REGION and --stage',
  );
});

test('a push to another stage asks for the bucket of that stage', async () => {
  ssm
    .on(GetParameterCommand)
    .rejects(new ParameterNotFound({ message: 'Parameter not found.', $metadata: {} }));
  const folder = join(__dirname, '../../pipelines');
  const pushed = pushSite({ region: 'us-west-2' }, folder, 'web', join(folder, 'web/site'), 'test');
  await expect(pushed).rejects.toThrow('there is no SSM parameter /kiln-test/artifacts-bucket in us-west-2');
});
