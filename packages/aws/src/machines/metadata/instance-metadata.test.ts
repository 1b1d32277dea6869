import type { MachineOptions } from '../machine-options';
import { consoleOf, type LaunchedMachine, machineLauncher, script } from '../testing/launch-machine';

const makeMachine = machineLauncher();
let machine: LaunchedMachine;

afterEach(() => machine.terminate());

async function run(text: string, options: Partial<MachineOptions> = {}): Promise<string> {
  machine = makeMachine({ userData: script(text), ...options });
  await machine.boot();
  return consoleOf(machine);
}

test('the metadata service wants a token', async () => {
  const output = await run(`
url=http://169.254.169.254/latest
curl -s -o /dev/null -w 'without %{http_code}\\n' $url/meta-data/instance-id
token=$(curl -sX PUT $url/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 300')
echo "id $(curl -sH "X-aws-ec2-metadata-token: $token" $url/meta-data/instance-id)"
echo "region $(curl -sH "X-aws-ec2-metadata-token: $token" $url/dynamic/instance-identity/document | jq -r .region)"
curl -s -o /dev/null -w 'no lifetime %{http_code}\\n' -X PUT $url/api/token
curl -s -o /dev/null -w 'no profile %{http_code}\\n' -H "X-aws-ec2-metadata-token: $token" $url/meta-data/iam/security-credentials/
ec2-metadata --quiet --instance-type`);
  expect(output).toContain(
    'without 401\nid i-0123456789abcdef0\nregion eu-north-1\nno lifetime 400\nno profile 404\nt3.micro',
  );
});

test('the metadata service may be turned off', async () => {
  const output = await run(
    "curl -s -o /dev/null -w 'token %{http_code}' -X PUT http://169.254.169.254/latest/api/token",
    { httpEndpoint: 'disabled' },
  );
  expect(output).toContain('token 403');
});

test('the metadata service names the instance’s place and public name', async () => {
  const output = await run(
    `url=http://169.254.169.254/latest
token=$(curl -sX PUT $url/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 300')
get() { curl -sH "X-aws-ec2-metadata-token: $token" $url/meta-data/$1; echo; }
get public-hostname; get placement/availability-zone-id; get network/interfaces/macs/$(get mac)/subnet-ipv4-cidr-block
get network/interfaces/macs/$(get mac)/vpc-ipv4-cidr-block; get network/interfaces/macs/$(get mac)/vpc-ipv4-cidr-blocks
curl -sIH "X-aws-ec2-metadata-token: $token" $url/meta-data/none | head -1`,
    {
      ...{ publicIp: '203.0.113.25', zoneId: 'eun1-az1', subnetCidr: '10.0.1.0/24' },
      vpcCidrs: ['10.0.0.0/16', '10.1.0.0/16'],
    },
  );
  expect(output).toContain(
    'ec2-203-0-113-25.eu-north-1.compute.amazonaws.com\neun1-az1\n10.0.1.0/24\n10.0.0.0/16\n10.0.0.0/16\n10.1.0.0/16\nHTTP/1.1 404 Not Found',
  );
});

test('the metadata service gives the credentials of the profile', async () => {
  const output = await run(
    `url=http://169.254.169.254/latest
token=$(curl -sX PUT $url/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 300')
role=$(curl -sH "X-aws-ec2-metadata-token: $token" $url/meta-data/iam/security-credentials/)
curl -sH "X-aws-ec2-metadata-token: $token" $url/meta-data/iam/security-credentials/$role | jq -r .AccessKeyId`,
    {
      profileName: 'web-base',
      credentials: async () => ({
        accessKeyId: 'ASIAEXAMPLE',
        secretAccessKey: 'secret',
        sessionToken: 'token',
        expiration: new Date(Date.now() + 3_600_000),
      }),
    },
  );
  expect(output).toContain('ASIAEXAMPLE');
});
