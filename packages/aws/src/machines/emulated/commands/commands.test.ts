import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { create } from 'tar';
import type { MachineOptions } from '../../machine-options';
import {
  consoleOf,
  type LaunchedMachine,
  machineLauncher,
  script,
  urlOf,
} from '../../testing/launch-machine';
import { applyQuery } from './aws/query';

const makeMachine = machineLauncher();
let machine: LaunchedMachine;
let s3: Server;
let endpoint: string;
const objects = new Map<string, Buffer>();

beforeAll(async () => {
  s3 = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === 'PUT') {
      objects.set(decodeURIComponent(pathname), Buffer.concat(chunks));
      response.end();
    } else if (searchParams.get('list-type') === '2') {
      const prefix = `${pathname.replace(/\/$/, '')}/${searchParams.get('prefix') ?? ''}`;
      const rows = [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .map(
          ([key, body]) =>
            `<Contents><Key>${key.split('/').slice(2).join('/')}</Key><Size>${body.length}</Size><LastModified>2026-11-01T00:00:00.000Z</LastModified></Contents>`,
        );
      response.setHeader('content-type', 'application/xml');
      response.end(
        `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${rows.join('')}</ListBucketResult>`,
      );
    } else {
      const body = objects.get(decodeURIComponent(pathname));
      response.statusCode = body ? 200 : 404;
      if (body) response.setHeader('content-length', body.length);
      response.setHeader('last-modified', 'Sun, 01 Nov 2026 00:00:00 GMT');
      response.end(request.method === 'HEAD' ? undefined : (body ?? '<Error><Code>NoSuchKey</Code></Error>'));
    }
  });
  s3.listen(0, '127.0.0.1');
  await once(s3, 'listening');
  endpoint = `http://127.0.0.1:${(s3.address() as AddressInfo).port}`;
});

afterAll(async () => {
  s3.close();
  s3.closeAllConnections();
  await once(s3, 'close');
});

afterEach(() => machine.terminate());

const profile: Partial<MachineOptions> = {
  profileName: 'web-base',
  credentials: async () => ({
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'secret',
    sessionToken: 'token',
    expiration: new Date(Date.now() + 3_600_000),
  }),
};

async function run(text: string, options: Partial<MachineOptions> = {}): Promise<string> {
  machine = makeMachine({ userData: script(text), endpoint, ...options });
  await machine.boot();
  return consoleOf(machine);
}

/** Every byte value, many times: what text handling would break. */
const PICTURE = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31 + (index >> 8)) % 256));

test('a picture survives an archive from S3 unchanged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'site-'));
  try {
    await writeFile(join(folder, 'picture.png'), PICTURE);
    await writeFile(join(folder, 'index.html'), '<h1>blåbær</h1>');
    await create({ gzip: true, cwd: folder, file: join(folder, 'site.tar.gz') }, [
      'index.html',
      'picture.png',
    ]);
    objects.set('/artifacts/web/site.tar.gz', await readFile(join(folder, 'site.tar.gz')));
  } finally {
    await rm(folder, { recursive: true });
  }
  await run(
    `set -euo pipefail
SITE='s3://artifacts/web/site.tar.gz'
dnf install -y -q httpd
aws s3 cp "$SITE" /tmp/site.tar.gz
tar -xzf /tmp/site.tar.gz -C /var/www/html
systemctl enable --now httpd`,
    profile,
  );
  const answer = await fetch(urlOf(machine, '/picture.png'));
  expect(Buffer.from(await answer.arrayBuffer()).equals(PICTURE)).toBe(true);
  expect(await (await fetch(urlOf(machine))).text()).toBe('<h1>blåbær</h1>');
});

test('an archive can be piped from S3 into tar', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'site-'));
  try {
    await writeFile(join(folder, 'picture.png'), PICTURE);
    await create({ gzip: true, cwd: folder, file: join(folder, 'site.tgz') }, ['picture.png']);
    objects.set('/artifacts/piped.tgz', await readFile(join(folder, 'site.tgz')));
  } finally {
    await rm(folder, { recursive: true });
  }
  const { createHash } = await import('node:crypto');
  const sum = createHash('sha256').update(PICTURE).digest('hex');
  expect(
    await run('aws s3 cp s3://artifacts/piped.tgz - | tar xz -C /tmp\nsha256sum /tmp/picture.png', profile),
  ).toContain(sum);
});

test('tar takes what GNU tar takes of options about owners, and strips components', async () => {
  const output = await run(`cd /tmp
mkdir -p site/css; echo a > site/css/a.css
tar -czf site.tgz site
tar --touch --no-same-owner --strip-components=1 -xzf site.tgz -C /srv
stat -c '%U:%G %a %n' /srv/css/a.css`);
  expect(output).toContain('root:root 644 /srv/css/a.css');
});

test('unzip and gunzip keep bytes as they are', async () => {
  objects.set('/artifacts/site.zip', Buffer.from(zipSync({ 'img/a.png': PICTURE })));
  objects.set('/artifacts/b.gz', gzipSync(PICTURE));
  const { createHash } = await import('node:crypto');
  const sum = createHash('sha256').update(PICTURE).digest('hex');
  const output = await run(
    `cd /tmp
aws s3 cp s3://artifacts/site.zip . --quiet
unzip -q site.zip -d out
aws s3 cp s3://artifacts/b.gz . --quiet
gunzip b.gz
sha256sum out/img/a.png b`,
    profile,
  );
  expect(output.match(new RegExp(sum, 'g'))).toHaveLength(2);
});

test('aws s3 says where a copy went, and fails as the CLI does for a missing key', async () => {
  objects.set('/artifacts/a.txt', Buffer.from('a'));
  const output = await run(
    'cd /tmp\naws s3 cp s3://artifacts/a.txt .\naws s3 cp s3://artifacts/none.txt .\necho "exit $?"',
    profile,
  );
  expect(output).toContain('download: s3://artifacts/a.txt to ./a.txt');
  expect(output).toContain(
    'fatal error: An error occurred (404) when calling the HeadObject operation: Key "none.txt" does not exist\nexit 1',
  );
});

test('aws s3 sync brings a folder to the disk and takes it back', async () => {
  objects.clear();
  objects.set('/site/web/index.html', Buffer.from('index'));
  objects.set('/site/web/img/a.png', PICTURE);
  const output = await run(
    'aws s3 sync s3://site/web /srv/site\ncat /srv/site/index.html\necho new > /srv/site/new.html\naws s3 sync /srv/site s3://site/web',
    profile,
  );
  expect(output).toContain('download: s3://site/web/img/a.png to /srv/site/img/a.png');
  expect(output).toContain('upload: /srv/site/new.html to s3://site/web/new.html');
  expect(objects.get('/site/web/new.html')?.toString()).toContain('new');
});

test('without an instance profile the aws commands find no credentials', async () => {
  const output = await run(
    'aws s3 cp s3://a/b /tmp/\necho "s3 $?"\naws sts get-caller-identity\necho "sts $?"',
  );
  expect(output).toContain('fatal error: Unable to locate credentials\ns3 1');
  expect(output).toContain(
    'Unable to locate credentials. You can configure credentials by running "aws configure".\nsts 253',
  );
});

test('dnf refuses an unknown package with its own words', async () => {
  const output = await run('dnf install -y httpd nosuchpackage\necho "exit $?"\nrpm -q httpd');
  expect(output).toContain(
    'No match for argument: nosuchpackage\nError: Unable to find a match: nosuchpackage\nexit 1',
  );
  expect(output).toContain('package httpd is not installed');
});

test('dnf installs, lists and removes with what was required only for it', async () => {
  const output = await run(
    'dnf install -y -q nginx\nrpm -q nginx\nwhich nginx\ndnf remove -y -q nginx\nrpm -q nginx-core\nnginx -v',
  );
  expect(output).toContain('nginx-1.28.0-1.amzn2023.0.2.x86_64\n/usr/sbin/nginx');
  expect(output).toContain('package nginx-core is not installed');
  expect(output).toContain('nginx: command not found');
});

test('dnf does not replace curl-minimal by curl unless it may', async () => {
  const output = await run(`dnf install -y tree curl; echo "exit $?"; rpm -q tree
dnf install -y -q curl --allowerasing && rpm -q curl curl-minimal
curl -sS http://localhost:81 || echo "curl $?"`);
  expect(output).toMatch(
    /conflicts with curl provided by curl-\S+ from amazonlinux\n {2}- conflicting requests\n\(try to add '--allowerasing'.*\nexit 1\npackage tree is not installed/,
  );
  expect(output).toMatch(/\ncurl-8\S+\npackage curl-minimal is not installed\n[\s\S]*curl 7/);
});

test('what AL2023 does not have is a command not found', async () => {
  const output = await run(
    'amazon-linux-extras install nginx1\necho "exit $?"\nfirewall-cmd --state\nhttpd -v',
  );
  expect(output.match(/command not found/g)).toHaveLength(3);
  expect(output).toContain('exit 127');
});

test('SELinux and trust are taken quietly, but for what their programs refuse', async () => {
  const output = await run(`mkdir -p /srv/site && chcon -R -t httpd_sys_content_t /srv/site && echo labelled
chcon -t httpd_sys_content_t /srv/none; echo "chcon $?"
chcon -t httpd_sys_content_t; echo "chcon $?"
setsebool -P httpd_can_network_connect 1 && setsebool httpd_enable_homedirs=on && echo set
setsebool -P httpd_can_network_connect; echo "setsebool $?"
setsebool httpd_can_network_connect yes; echo "setsebool $?"
semanage fcontext -a -t httpd_sys_content_t '/srv/site(/.*)?' && echo ruled
semanage fcontex -a -t x y 2>&1 | tail -1
update-ca-trust extract && echo trusted`);
  expect(output).toContain(`labelled
chcon: cannot access '/srv/none': No such file or directory
chcon 1
chcon: missing operand
Try 'chcon --help' for more information.
chcon 1
set
`);
  expect(output).toContain('Usage:  setsebool [ -NPV ] boolean value');
  expect(output).toContain('illegal value yes for boolean httpd_can_network_connect\nsetsebool 1\nruled\n');
  expect(output).toContain("invalid choice: 'fcontex'");
  expect(output).toContain('\ntrusted\n');
});

test('curl reports a closed port and an HTTP error by its exit codes', async () => {
  const output = await run(`curl -sS http://localhost:81/
echo "closed $?"
dnf install -y -q httpd; systemctl start httpd
curl -fsS http://localhost/none
echo "error $?"
curl -s -o /dev/null -w '%{http_code}' http://localhost/none`);
  expect(output).toContain('curl: (7) Failed to connect to localhost port 81');
  expect(output).toContain('closed 7');
  expect(output).toContain('curl: (22) The requested URL returned error: 404\nerror 22\n404');
});

test('a name of /etc/hosts is found', async () => {
  const output =
    await run(`dnf install -y -q httpd; echo hello > /var/www/html/index.html; systemctl start httpd
echo '127.0.0.1 app.internal' >> /etc/hosts
curl -s http://app.internal/`);
  expect(output).toContain('\nhello\n');
});

test('curl gives up on a silent address when its patience in AWS seconds is over', async () => {
  const output = await run('curl -sS --connect-timeout 5 http://10.0.0.99/\necho "exit $?"', {
    fetch: (_, init) =>
      new Promise((__, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      }),
  });
  expect(output).toContain('curl: (28)');
  expect(output).toContain('exit 28');
});

test('sleep takes AWS seconds and date shows the clock of AWS', async () => {
  let now = Date.parse('2030-01-02T03:04:05Z');
  const output = await run('date -u +%FT%TZ\nsleep 90\ndate -u +%FT%TZ\ndate -d "1 day ago" +%F', {
    now: () => new Date(now),
    sleep: async (seconds) => {
      now += seconds * 1000;
    },
  });
  expect(output).toContain('2030-01-02T03:04:05Z\n2030-01-02T03:05:35Z\n2030-01-01');
});

test('users, groups and owners are kept in the files of the disk', async () => {
  const output = await run(`groupadd web
useradd -r -s /sbin/nologin -G web app
id app
mkdir -p /srv/app/data; echo x > /srv/app/data/file
chown -R app:web /srv/app
usermod -aG wheel app
id -Gn app
chown nobodyknows /srv/app
sudo -u app echo "as app"`);
  expect(output).toMatch(/uid=\d+\(app\) gid=\d+\(app\) groups=\d+\(app\),\d+\(web\)/);
  expect(output).toContain('app wheel web');
  expect(output).toContain('chown: invalid user: ‘nobodyknows’');
  expect(output).toContain('as app');
});

test('sudo hands on what comes to its standard input, byte for byte', async () => {
  const output = await run(`cat <<EOF | sudo tee /srv/page > /dev/null
<h1>Hello</h1>
EOF
cat /srv/page
head -c 300 /dev/urandom > /tmp/bytes
sudo cat /tmp/bytes | nice cat > /tmp/copy
[ "$(md5sum < /tmp/bytes)" = "$(md5sum < /tmp/copy)" ] && echo "the same"`);
  expect(output).toContain('<h1>Hello</h1>\nthe same');
});

test('sudo and su make the user that they name', async () => {
  const output = await run(`whoami
sudo -u ec2-user -i sh -c 'whoami; pwd'
su - ec2-user <<'EOF'
echo "in su $USER $HOME"
EOF
sudo -iu ec2-user bash -c 'echo "login $(id -un)"'
sudo -u nobodyknows true || echo "exit $?"`);
  expect(output).toContain(
    'root\nec2-user\n/home/ec2-user\nin su ec2-user /home/ec2-user\nlogin ec2-user\nsudo: unknown user nobodyknows',
  );
});

test('bash takes its script from a pipe, with options and arguments', async () => {
  const output = await run(`echo 'echo "piped $1"' | bash -s -- one
echo 'echo from -' | sudo bash -
bash -lc 'echo login'
bash -ec 'false; echo no'
echo "exit $?"`);
  expect(output).toContain('piped one\nfrom -\nlogin\nexit 1');
});

test('a file that is run by its path is a process of its own, for its own interpreter', async () => {
  const output = await run(`set -e
cd /tmp
printf '#!/bin/bash\\nfalse\\necho "goes on as $0 $1"\\n' > child.sh
printf '#!/usr/bin/awk -f\\n{ print "awk", $2 }\\n' > child.awk
./child.sh x || echo "refused $?"
chmod +x child.sh child.awk
./child.sh x
echo 'x y' | /tmp/child.awk`);
  expect(output).toContain('./child.sh: Permission denied\nrefused 126\ngoes on as ./child.sh x\nawk y');
});

test('ls -l shows the owners, modes and sizes of the disk', async () => {
  const output =
    await run(`mkdir -p /srv/site; echo hello > /srv/site/index.html; ln -s index.html /srv/site/link
useradd -r web; chown -R web:ec2-user /srv/site; chmod 640 /srv/site/index.html
ls -l /srv/site; ls -ld /srv/site /tmp`);
  expect(output).toMatch(/-rw-r-----\. 1 web ec2-user +6 \w{3} [ \d]\d \d\d:\d\d index\.html\n/);
  expect(output).toMatch(/lrwxrwxrwx\. 1 web ec2-user +10 .* link -> index\.html\n/);
  expect(output).toMatch(/drwxr-xr-x\. 2 web ec2-user .* \/srv\/site\ndrwxrwxrwt\. 2 root root/);
});

test('cp -a keeps owner, mode and time', async () => {
  const output = await run(`mkdir -p /srv/a; echo x > /srv/a/f; chmod 600 /srv/a/f; chown ec2-user: /srv/a/f
touch -d '2024-01-02 03:04:05' /srv/a/f
cp -a /srv/a /srv/b; cp -r /srv/a /srv/c
stat -c '%n %U %a %y' /srv/b/f; stat -c '%n %U' /srv/c/f`);
  expect(output).toContain('/srv/b/f ec2-user 600 2024-01-02 03:04:05.000000000 +0000\n/srv/c/f root');
});

test('xargs, envsubst, date, sysctl and openssl take what scripts give them', async () => {
  const output = await run(`seq 2 | xargs -I{} echo "item {}"
export NAME=site; echo 'name $NAME \${OTHER}' | envsubst '$NAME'
date -Iseconds | grep -cE '^[-0-9]+T[0-9:]+[+]00:00$'
sysctl -w vm.swappiness=10
openssl rand -hex 4 | wc -c
pgrep -x sshd > /dev/null && echo sshd`);
  expect(output).toContain(`item 1\nitem 2\nname site \${OTHER}\n1\nvm.swappiness = 10\n9\nsshd`);
});

test('systemctl tells an unknown unit from a stopped one', async () => {
  const output = await run(`systemctl start nosuch
echo "start $?"
systemctl is-active sshd chronyd
dnf install -y -q httpd
systemctl is-enabled httpd
echo "enabled $?"
systemctl enable httpd
systemctl is-active httpd
echo "active $?"`);
  expect(output).toContain(
    'Failed to start nosuch.service: Unit nosuch.service not found.\nstart 5\nactive\nactive',
  );
  expect(output).toContain('disabled\nenabled 1\nCreated symlink');
  expect(output).toContain('inactive\nactive 3');
});

test('random bytes make a password', async () => {
  const output = await run('echo "password $(tr -dc \'a-z0-9\' < /dev/urandom | head -c 24)"');
  expect(output).toMatch(/password [a-z0-9]{24}\n/);
});

test('timeout ends a command that takes too long', async () => {
  const output = await run('timeout 5 sleep 3600\necho "exit $?"', {
    sleep: (seconds, signal) =>
      seconds < 100
        ? Promise.resolve()
        : new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  });
  expect(output).toContain('exit 124');
});

test('a query selects, filters and shapes what the AWS CLI shows', () => {
  const result = {
    Parameters: [
      { Name: '/a', Value: '1', Version: 1 },
      { Name: '/b', Value: '2', Version: 3 },
    ],
  };
  const queries = [
    'Parameters[*].[Name,Value]',
    'Parameters[].{N:Name,V:Value}',
    "Parameters[?Name=='/b'].Value | [0]",
    'Parameters[?Version > `1`].Name',
    'length(Parameters)',
    "join(',', sort(Parameters[].Name))",
    'Parameters[-1].Value',
    'Nothing[0].Value',
  ];
  expect(queries.map((query) => applyQuery(result, query))).toEqual([
    [
      ['/a', '1'],
      ['/b', '2'],
    ],
    [
      { N: '/a', V: '1' },
      { N: '/b', V: '2' },
    ],
    '2',
    ['/b'],
    2,
    '/a,/b',
    '2',
    null,
  ]);
  expect(() => applyQuery(result, 'Parameters[')).toThrow('Bad value for --query Parameters[: ');
});

test('aws configure knows only what was set', async () => {
  const output = await run(
    'aws configure get region || echo none\naws configure set region eu-west-1; aws configure get region',
  );
  expect(output).toContain('none\neu-west-1');
});
