import { execFile } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Aws, startAws } from '../../src';
import { newcomer, whereInstalled } from './installed';

const run = promisify(execFile);
const Bucket = 'strangers';

let aws: Aws;
let stranger: Awaited<ReturnType<typeof newcomer>>;
beforeAll(async () => {
  aws = await startAws();
  stranger = await newcomer(aws);
  const s3 = new S3Client(aws.client);
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/ü+(1)~!', Body: 'hello' }));
  s3.destroy();
});
afterAll(async () => {
  await aws.stop();
  await stranger.leave();
});

const BOTO3 = `
import boto3, io, uuid, urllib.request
from botocore.config import Config
bucket, key = '${Bucket}', 'a b/ü+(1)~!'
boto3.client('s3').upload_fileobj(io.BytesIO(b'x' * 9_000_000), bucket, 'large')
for version in (None, 's3v4', 's3'):
    s3 = boto3.client('s3', config=Config(signature_version=version))
    assert s3.list_objects_v2(Bucket=bucket, Prefix='a b/')['KeyCount'] == 1
    url = s3.generate_presigned_url('get_object', Params={'Bucket': bucket, 'Key': key, 'ResponseContentType': 'text/x'})
    assert urllib.request.urlopen(url).read() == b'hello', version
    form = s3.generate_presigned_post(bucket, 'posted')
    mark = uuid.uuid4().hex
    part = lambda name, value: f'--{mark}\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n{value}\\r\\n'
    body = ''.join(part(*field) for field in form['fields'].items()) + part('file', 'data') + f'--{mark}--\\r\\n'
    headers = {'content-type': f'multipart/form-data; boundary={mark}'}
    assert urllib.request.urlopen(urllib.request.Request(form['url'], body.encode(), headers)).status == 204
for service, operation in [('sts', 'get_caller_identity'), ('ec2', 'describe_vpcs'), ('lambda', 'list_functions'), ('ssm', 'describe_parameters'), ('cloudwatch', 'list_metrics')]:
    getattr(boto3.client(service), operation)()
    try:
        getattr(boto3.client(service, aws_access_key_id='local', aws_secret_access_key='other'), operation)()
        raise AssertionError(service)
    except boto3.client(service).exceptions.ClientError as error:
        print(service, error.response['Error']['Code'])
`;

whereInstalled('python3', ['-c', 'import boto3'])(
  'boto3 signs in all its ways, and is told what is wrong',
  async () => {
    const { stdout } = await run('python3', ['-c', BOTO3], { env: stranger.env });
    expect(stdout.trim().split('\n')).toEqual([
      'sts SignatureDoesNotMatch',
      'ec2 AuthFailure',
      'lambda InvalidSignatureException',
      'ssm InvalidSignatureException',
      'cloudwatch InvalidSignatureException',
    ]);
  },
);

whereInstalled('curl', ['--aws-sigv4', 'aws:amz', '--version'])('curl signs by itself', async () => {
  const ask = async (service: string, path: string, ...more: string[]) => {
    const signing = ['--aws-sigv4', `aws:amz:us-east-1:${service}`, '--user', 'local:local'];
    const { stdout } = await run('curl', ['-s', ...signing, ...more, `${aws.endpoint}${path}`]);
    return stdout;
  };
  const identity = 'Action=GetCallerIdentity&Version=2011-06-15';
  expect(await ask('sts', '/', '-d', identity)).toContain('arn:aws:iam::000000000000:root');
  expect(await ask('ec2', '/?Action=DescribeVpcs&Version=2016-11-15')).toContain('<vpcId>');
  const payload = ['-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD'];
  expect(await ask('s3', `/${Bucket}?list-type=2&prefix=a`, ...payload)).toContain('<KeyCount>1</KeyCount>');
  expect(await ask('sts', '/', '-d', identity, '--user', 'local:other')).toContain('SignatureDoesNotMatch');
});

whereInstalled('aws', ['--version'])('the AWS CLI takes on a role with a CI’s token', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const issuer: Server = createServer((request, response) =>
    response.end(
      JSON.stringify(
        request.url === '/keys'
          ? { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] }
          : { jwks_uri: `http://${request.headers.host}/keys` },
      ),
    ),
  );
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  try {
    const name = `127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    const iam = new IAMClient(aws.client);
    const ClientIDList = ['sts.amazonaws.com'];
    const { OpenIDConnectProviderArn: Federated } = await iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: `http://${name}`, ClientIDList }),
    );
    const Statement = {
      Effect: 'Allow',
      Principal: { Federated },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${name}:sub`]: 'ci' } },
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'ci', AssumeRolePolicyDocument }));
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: `http://${name}`, sub: 'ci', aud: 'sts.amazonaws.com', iat: now, exp: now + 300 };
    const text = [{ alg: 'RS256', kid: 'one' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64url');
    const AWS_WEB_IDENTITY_TOKEN_FILE = join(stranger.home, 'token.jwt');
    await writeFile(AWS_WEB_IDENTITY_TOKEN_FILE, `${text}.${signature}`);
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...env } = stranger.env;
    Object.assign(env, { AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN: Role?.Arn });
    const { stdout } = await run('aws', ['sts', 'get-caller-identity', '--output', 'json'], { env });
    expect(JSON.parse(stdout).Arn).toMatch(/^arn:aws:sts::000000000000:assumed-role\/ci\//);
    iam.destroy();
  } finally {
    issuer.close();
  }
});
