import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { pushSite } from '../../cli/push';
import { problem, run, useApi, useKeys } from './cli/kit';

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

  test('of the site alone says what names it now, and asks no API', async () => {
    const { code, output } = await push('web', '--site-only', '--stage', 'test');
    expect(output).toMatch(
      /^\/kiln-test\/web\/site = s3:\/\/artifacts\/web\/\w+\.tar\.gz\nnext: kiln build web --watch --stage test/,
    );
    expect(code).toBe(0);
    expect(JSON.parse((await push('web', '--site-only', '--json')).output)).toEqual({
      site: { parameter: '/kiln/web/site', uri: expect.stringMatching(/^s3:/) },
    });
  });

  describe('with the API', () => {
    const api = useApi();
    const pushed = { pipeline: 'web', version: 'a1', holdsAlready: false };
    const send = (...args: string[]) => run([...args, '--region', 'eu-north-1', '--api', api.url]);

    test('sends the files of the pipeline, and then its site', async () => {
      api.on('POST /pipelines/web/versions', {
        body: { ...pushed, before: 'a0', changes: [{ path: 'user-data.sh', how: 'changed' }] },
      });
      const { code, output } = await send('push', 'web', '--reason', 'the new header');
      expect(output).toMatch(
        /^✔ web@a1 in place of a0\n {2}~ user-data\.sh changed\n\/kiln\/web\/site = s3:/,
      );
      expect(code).toBe(0);
      const sentBody = (api.requests.at(-1)?.body ?? {}) as Record<string, string>;
      const { files, trial, reason } = sentBody;
      expect([trial, reason]).toEqual([false, 'the new header']);
      const sent = JSON.parse(gunzipSync(Buffer.from(files ?? '', 'base64')).toString());
      expect(Object.keys(sent).sort()).toEqual(['pipeline.yml', 'user-data.sh']);
    });

    test('diff changes nothing, and remove takes back', async () => {
      api.on('POST /pipelines/web/versions', { body: { ...pushed, holdsAlready: true } });
      expect((await send('diff', 'web')).output).toMatch(/^= web@a1 holds already\nnext: kiln push web/);
      expect(api.requests.at(-1)?.body).toMatchObject({ trial: true });
      api.on('POST /pipelines/web/remove', { body: { pipeline: 'web', before: 'a1' } });
      expect((await send('remove', 'web')).output).toMatch(/^✔ version a1 of web holds no more/);
    });

    test('that is refused sends no site', async () => {
      s3.resetHistory();
      api.on('POST /pipelines/web/versions', problem(422, 'InvalidPipeline', 'no role may'));
      const { code, errors } = await send('push', 'web');
      expect([code, errors]).toEqual([1, expect.stringContaining('no role may')]);
      expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
    });
  });

  test('of a pipeline that is not there is exit code 3', async () => {
    expect(await push('wbe')).toMatchObject({
      code: 3,
      errors: expect.stringContaining('there are api, web'),
    });
  });
});
