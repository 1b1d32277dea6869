import { machineLauncher, runOn } from '../../../../testing/launch-machine';

const launch = machineLauncher();
const machine = launch();
beforeAll(() => machine.boot());

const run = async (text: string) => (await runOn(machine, text)).split('\n').filter(Boolean);

test('find tells files by their modes, in digits and in words, all bits or any', async () => {
  await run(
    'mkdir -p /opt/m; cd /opt/m; touch a b c d; chmod 4755 a; chmod 2755 b; chmod 666 c; chmod 640 d',
  );
  expect(await run('find /opt/m -type f -perm -4000')).toEqual(['/opt/m/a']);
  expect(await run('find /opt/m -type f -perm /6000')).toEqual(['/opt/m/a', '/opt/m/b']);
  expect(await run('find /opt/m -xdev -perm -0002 -type f')).toEqual(['/opt/m/c']);
  expect(await run('find /opt/m -perm -o=w -o -perm u=rw,g=r')).toEqual(['/opt/m/c', '/opt/m/d']);
  expect(await run("find /opt/m -type f ! -perm -4000 ! -perm /2000 -printf '%m %f %u\\n'")).toEqual([
    '666 c root',
    '640 d root',
  ]);
  expect(await run('find /opt/m -perm 999')).toEqual(["find: invalid mode `999'", '[1]']);
});

test('find stays on the root volume where it is told to', async () => {
  await run('touch /tmp/t /opt/t /run/t');
  expect(await run('find / -xdev -name t -type f')).toEqual(['/opt/t']);
  expect(await run('find / -name t -type f | sort')).toEqual(['/opt/t', '/run/t', '/tmp/t']);
  expect(await run('find / -mount -maxdepth 1 -name tmp')).toEqual(['/tmp']);
});

test('find tells files by name, size, age, owner and what they lead to', async () => {
  await run(
    'mkdir -p "/opt/n/x y"; cd /opt/n; echo abc > a.log; touch B.LOG "x y/c.txt"; ln -s a.log link; chown ec2-user a.log',
  );
  expect(await run("find /opt/n -iname '*.log'")).toEqual(['/opt/n/B.LOG', '/opt/n/a.log']);
  expect(await run('cd /opt; find n -size +0 -type f')).toEqual(['n/a.log']);
  expect(await run('find /opt/n -type f -empty')).toEqual(['/opt/n/B.LOG', '/opt/n/x y/c.txt']);
  expect(
    await run('find /opt/n -user ec2-user; find /opt/n -type l; find /opt/n -mmin -5 -name a.log'),
  ).toEqual(['/opt/n/a.log', '/opt/n/link', '/opt/n/a.log']);
  expect(await run('find /opt/n -mtime +1; find /opt/n -newermt 2099-01-01')).toEqual([]);
  expect(await run("find /opt/n -path '*/x y/*' -print0 | xargs -0 -n1 echo found")).toEqual([
    'found /opt/n/x y/c.txt',
  ]);
  expect(await run("find /opt/n -name '[ab]*' -not -name '*.txt' -prune")).toEqual(['/opt/n/a.log']);
  expect(await run('chown 4242 /opt/n/B.LOG; find / -xdev -nouser')).toEqual(['/opt/n/B.LOG']);
});

test('find does what it is told to with what it finds', async () => {
  await run('mkdir -p /opt/e/d; cd /opt/e; echo 1 > a; echo 2 > "b c"; echo 3 > d/f');
  expect(await run('find /opt/e -type f -exec cat {} \\; -exec echo "<{}>" \\;')).toEqual([
    ...['1', '</opt/e/a>', '2', '</opt/e/b c>', '3', '</opt/e/d/f>'],
  ]);
  expect(await run('find /opt/e -type f -exec echo all {} +')).toEqual([
    'all /opt/e/a /opt/e/b c /opt/e/d/f',
  ]);
  expect(await run('find /opt/e -name d -prune -o -type f -print')).toEqual(['/opt/e/a', '/opt/e/b c']);
  expect(await run('find /opt/e -type f -print -quit')).toEqual(['/opt/e/a']);
  expect(await run('find /opt/e -mindepth 1 -delete; ls -A /opt/e')).toEqual([]);
  expect(await run('find /none -type f')).toEqual(['find: ‘/none’: No such file or directory', '[1]']);
  expect(await run('find /opt -foo')).toEqual(["find: unknown predicate `-foo'", '[1]']);
});
