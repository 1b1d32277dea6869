import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { pushSite } from '../../cli/push';
import { run, useKeys } from './cli/kit';

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

describe('kiln push', () => {
  const s3 = mockClient(S3Client);
  useKeys();
  beforeEach(() => {
    ssm.reset();
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'artifacts' } });
    ssm.on(PutParameterCommand).resolves({});
    s3.on(PutObjectCommand).resolves({});
  });
  const push = (...args: string[]) => run(['push', ...args, '--region', 'eu-north-1']);

  test('says what names the site now, and what comes next', async () => {
    const { code, output } = await push('web', '--stage', 'test');
    expect(output).toMatch(
      /^\/kiln-test\/web\/site = s3:\/\/artifacts\/web\/\w+\.tar\.gz\nnext: kiln build web --watch --stage test/,
    );
    expect(code).toBe(0);
    expect(JSON.parse((await push('web', '--json')).output)).toEqual({
      parameter: '/kiln/web/site',
      uri: expect.stringMatching(/^s3:/),
    });
  });

  test('of a pipeline that is not there is exit code 3', async () => {
    expect(await push('wbe')).toMatchObject({
      code: 3,
      errors: expect.stringContaining('there are api, web'),
    });
  });
});
