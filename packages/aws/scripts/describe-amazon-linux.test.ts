import { describeDistribution } from './describe-amazon-linux';

test('the data of the distribution is made of what dnf and rpm say', () => {
  const names = 'git\nbash\ngit\n';
  const programs =
    'util-linux /usr/bin/mount\nutil-linux /usr/sbin/swapon\naws-cfn-bootstrap /opt/aws/bin/cfn-signal\n';
  expect(
    describeDistribution({ provides: { vim: 'vim-enhanced' } }, '2023.9', names, programs),
  ).toMatchObject({
    release: '2023.9',
    packages: ['bash', 'git'],
    provides: { vim: 'vim-enhanced' },
    image: { 'util-linux': 'mount swapon', 'aws-cfn-bootstrap': '/opt/aws/bin/cfn-signal' },
  });
});
