import { describeDistribution, describePublished } from './describe-amazon-linux';

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

test('what the distribution publishes is taken, and what was announced until it is published', () => {
  const before = {
    release: '2023.9',
    source: 'here',
    packages: ['old'],
    announced: ['nodejs24', 'git'],
    provides: {},
    image: {},
  };
  const statements =
    '<packages><package name="git" note="a"/><package name="texlive-b" note="b"/><package name="texlive-a" note="b"/></packages>';
  expect(describePublished(before, statements)).toEqual({
    ...before,
    packages: ['git', 'texlive-{a,b}'],
    announced: ['nodejs24'],
  });
});
