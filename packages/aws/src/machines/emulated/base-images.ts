import type { DiskSnapshot } from '../disk-snapshot';
import { Disk } from './disk/disk';
import { BASE_PACKAGES, BASE_SERVICES } from './packages/base';
import { installPackages } from './packages/installed';

const OS_RELEASE = `NAME="Amazon Linux"
VERSION="2023"
ID="amzn"
ID_LIKE="fedora"
VERSION_ID="2023"
PLATFORM_ID="platform:al2023"
PRETTY_NAME="Amazon Linux 2023.9.20251117"
ANSI_COLOR="0;33"
CPE_NAME="cpe:2.3:o:amazon:amazon_linux:2023"
HOME_URL="https://aws.amazon.com/linux/amazon-linux-2023/"
DOCUMENTATION_URL="https://docs.aws.amazon.com/linux/"
SUPPORT_URL="https://aws.amazon.com/premiumsupport/"
BUG_REPORT_URL="https://github.com/amazonlinux/amazon-linux-2023"
VENDOR_NAME="AWS"
VENDOR_URL="https://aws.amazon.com/"
SUPPORT_END="2029-06-30"
`;

const PASSWD = `root:x:0:0:root:/root:/bin/bash
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
nobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin
ec2-user:x:1000:1000:EC2 Default User:/home/ec2-user:/bin/bash
`;

const GROUP = `root:x:0:
bin:x:1:
daemon:x:2:
adm:x:4:ec2-user
wheel:x:10:ec2-user
systemd-journal:x:190:ec2-user
nobody:x:65534:
ec2-user:x:1000:
`;

const HOSTS = `127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4
::1         localhost6 localhost6.localdomain6
`;

const DIRECTORIES = [
  ...[
    '/boot',
    '/dev',
    '/etc/sysconfig',
    '/etc/systemd/system/multi-user.target.wants',
    '/home',
    '/media',
    '/mnt',
  ],
  ...[
    '/opt',
    '/proc',
    '/run',
    '/srv',
    '/sys',
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib/systemd/system',
    '/usr/lib64',
  ],
  ...[
    '/usr/local/bin',
    '/usr/local/sbin',
    '/usr/share',
    '/var/lib/cloud',
    '/var/lib/rpm',
    '/var/log',
    '/var/spool',
  ],
  ...[
    'cloud/cloud.cfg.d',
    'default',
    'dnf',
    'ld.so.conf.d',
    'logrotate.d',
    'modprobe.d',
    'modules-load.d',
    'opt',
  ]
    .concat(
      'pam.d',
      'pki/tls/certs',
      'pki/tls/private',
      'pki/ca-trust/source/anchors',
      'profile.d',
      'security/limits.d',
    )
    .concat(
      'skel',
      'ssh/sshd_config.d',
      'ssl',
      'sudoers.d',
      'sysctl.d',
      'systemd/network',
      'tmpfiles.d',
      'udev/rules.d',
    )
    .concat('update-motd.d', 'yum.repos.d')
    .map((name) => `/etc/${name}`),
  ...[
    'include',
    'lib/python3.9/site-packages',
    'libexec',
    'local/etc',
    'local/lib',
    'local/share',
    'share/doc',
  ]
    .concat('share/man', 'share/zoneinfo', 'src')
    .map((name) => `/usr/${name}`),
  ...['cache/dnf', 'lib/misc', 'log/audit', 'log/journal', 'opt', 'spool/mail'].map((name) => `/var/${name}`),
];

const BASHRC = `# .bashrc

# Source global definitions
if [ -f /etc/bashrc ]; then
    . /etc/bashrc
fi
`;

const PROFILE = `# .bash_profile

# Get the aliases and functions
if [ -f ~/.bashrc ]; then
    . ~/.bashrc
fi
`;

/** Files that scripts append to, or change lines of. */
const FILES: Readonly<Record<string, string>> = {
  '/etc/bashrc': '# /etc/bashrc\n',
  '/etc/profile':
    '# /etc/profile\n\nfor i in /etc/profile.d/*.sh; do\n    if [ -r "$i" ]; then\n        . "$i"\n    fi\ndone\n',
  '/etc/environment': '',
  '/etc/motd': '',
  '/etc/shells': '/bin/sh\n/bin/bash\n/usr/bin/sh\n/usr/bin/bash\n',
  '/etc/sysctl.conf':
    '# sysctl settings are defined through files in\n# /usr/lib/sysctl.d/, /run/sysctl.d/, and /etc/sysctl.d/.\n',
  '/etc/security/limits.conf': '# /etc/security/limits.conf\n#\n# End of file\n',
  '/etc/chrony.conf':
    'server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4\ndriftfile /var/lib/chrony/drift\n',
  '/etc/cloud/cloud.cfg': 'users:\n - default\n\ndisable_root: true\nssh_pwauth: false\n',
  '/etc/dnf/dnf.conf':
    '[main]\ngpgcheck=1\ninstallonly_limit=3\nclean_requirements_on_remove=True\nbest=True\nskip_if_unavailable=False\n',
  '/etc/yum.repos.d/amazonlinux.repo':
    '[amazonlinux]\nname=Amazon Linux 2023 repository\nenabled=1\ngpgcheck=1\n',
  '/etc/ssh/sshd_config':
    'Include /etc/ssh/sshd_config.d/*.conf\n\n#Port 22\n#PermitRootLogin prohibit-password\n#PubkeyAuthentication yes\nAuthorizedKeysFile .ssh/authorized_keys\nPasswordAuthentication no\nUsePAM yes\nX11Forwarding no\nSubsystem sftp /usr/libexec/openssh/sftp-server\n',
  '/etc/sudoers': 'root\tALL=(ALL)\tALL\n%wheel\tALL=(ALL)\tALL\n#includedir /etc/sudoers.d\n',
  '/etc/sudoers.d/90-cloud-init-users': 'ec2-user ALL=(ALL) NOPASSWD:ALL\n',
  '/etc/logrotate.conf': 'weekly\nrotate 4\ncreate\ndateext\ninclude /etc/logrotate.d\n',
  '/etc/skel/.bashrc': BASHRC,
  '/etc/skel/.bash_profile': PROFILE,
  '/root/.bashrc': BASHRC,
  '/root/.bash_profile': PROFILE,
  '/home/ec2-user/.bashrc': BASHRC,
  '/home/ec2-user/.bash_profile': PROFILE,
  '/home/ec2-user/.ssh/authorized_keys': '',
};

const snapshots = new Map<string, DiskSnapshot>();

/**
 * The root volume of Amazon Linux 2023's standard image, as far as scripts see it: its users, files and programs.
 * No web server. Always the same snapshot for one architecture, so all machines share it.
 */
export function amazonLinux2023(architecture: 'x86_64' | 'arm64'): DiskSnapshot {
  const made = snapshots.get(architecture) ?? build(architecture === 'arm64' ? 'aarch64' : 'x86_64');
  snapshots.set(architecture, made);
  return made;
}

function build(machine: 'x86_64' | 'aarch64'): DiskSnapshot {
  // The image's files are older than every machine, whatever the clock of the embedded AWS says.
  const disk = new Disk(undefined, () => new Date('2025-11-17T00:00:00Z'));
  for (const directory of DIRECTORIES) disk.makeDirectory(directory);
  for (const [path, target] of [
    ['/bin', 'usr/bin'],
    ['/sbin', 'usr/sbin'],
    ['/lib', 'usr/lib'],
    ['/lib64', 'usr/lib64'],
  ] as const)
    disk.makeSymlink(target, path);
  disk.makeDirectory('/root', 0o550);
  disk.makeDirectory('/tmp', 0o1777);
  disk.makeDirectory('/var/tmp', 0o1777);
  disk.makeSymlink('/run', '/var/run');
  disk.install('/etc/os-release', OS_RELEASE);
  disk.write('/etc/system-release', 'Amazon Linux release 2023.9.20251117 (Amazon Linux)\n');
  disk.write('/etc/image-id', 'image_name="al2023-ami"\nimage_version="2023"\n');
  disk.install('/etc/rpm/platform', `${machine}-amazon-linux\n`);
  disk.write('/etc/passwd', PASSWD);
  disk.write('/etc/group', GROUP);
  disk.write('/etc/hosts', HOSTS);
  disk.write('/etc/hostname', 'localhost\n');
  disk.write('/etc/resolv.conf', 'nameserver 127.0.0.53\n');
  disk.write('/etc/fstab', 'LABEL=/     /           xfs    defaults,noatime  1   1\n');
  disk.install('/etc/selinux/config', 'SELINUX=permissive\nSELINUXTYPE=targeted\n');
  disk.makeDirectory('/home/ec2-user', 0o700);
  for (const [path, content] of Object.entries(FILES)) disk.install(path, content);
  for (const path of ['/etc/sudoers', '/etc/sudoers.d/90-cloud-init-users']) disk.setMode(path, 0o440);
  for (const path of ['/etc/ssh/sshd_config', '/home/ec2-user/.ssh/authorized_keys'])
    disk.setMode(path, 0o600);
  disk.setMode('/home/ec2-user/.ssh', 0o700);
  for (const name of ['', '/.bashrc', '/.bash_profile', '/.ssh', '/.ssh/authorized_keys'])
    disk.setOwner(`/home/ec2-user${name}`, { uid: 1000, gid: 1000 });
  installPackages(disk, BASE_PACKAGES, 'System');
  for (const service of BASE_SERVICES)
    disk.makeSymlink(
      `/usr/lib/systemd/system/${service}.service`,
      `/etc/systemd/system/multi-user.target.wants/${service}.service`,
    );
  return disk.snapshot();
}
