import { GROUP_PROGRAMS } from './accounts/groups';
import { IDENTITY_PROGRAMS } from './accounts/identity';
import { OWNERSHIP_PROGRAMS } from './accounts/ownership';
import { SWITCH_PROGRAMS } from './accounts/switch-user';
import { USER_PROGRAMS } from './accounts/users';
import { AWS_PROGRAMS } from './aws/programs';
import { FILE_TYPE_PROGRAMS } from './files/file';
import { FILE_PROGRAMS } from './files/file-programs';
import { FIND_PROGRAMS } from './files/find/find';
import { INSTALL_PROGRAMS } from './files/install';
import { LN_PROGRAMS } from './files/ln';
import { LS_PROGRAMS } from './files/ls';
import { PATH_PROGRAMS } from './files/path-programs';
import { SHOW_PROGRAMS } from './files/show-programs';
import { SHRED_PROGRAMS } from './files/shred';
import { STAT_PROGRAMS } from './files/stat';
import { TAR_PROGRAMS } from './files/tar';
import { UNZIP_PROGRAMS } from './files/unzip';
import { CAPACITY_PROGRAMS } from './host/capacity';
import { CLOUD_INIT_PROGRAMS } from './host/cloud-init';
import { DF_PROGRAMS } from './host/df';
import { EC2_PROGRAMS } from './host/ec2';
import { NAME_PROGRAMS } from './host/names';
import { POWER_PROGRAMS } from './host/power';
import { QUIET_PROGRAMS } from './host/quiet-programs';
import { SECURITY_PROGRAMS } from './host/selinux';
import { SETTING_PROGRAMS } from './host/settings';
import { SOCKET_PROGRAMS } from './host/sockets';
import { TIME_PROGRAMS } from './host/time-programs';
import { CURL_PROGRAMS } from './http/curl/curl';
import { WGET_PROGRAMS } from './http/wget';
import { OPENSSL_PROGRAMS } from './keys/openssl';
import { SSH_KEYGEN_PROGRAMS } from './keys/ssh-keygen';
import { lackingPrograms } from './lacking';
import { IP_PROGRAMS } from './network/ip';
import { DNF_PROGRAMS } from './packages/dnf';
import { RPM_PROGRAMS } from './packages/rpm';
import type { Programs } from './program';
import { CLOUDWATCH_AGENT_PROGRAMS } from './services/cloudwatch-agent';
import { CRON_PROGRAMS } from './services/cron-programs';
import { HTPASSWD_PROGRAMS } from './services/htpasswd';
import { JOURNAL_PROGRAMS } from './services/journal-programs';
import { LOGROTATE_PROGRAMS } from './services/logrotate';
import { PROCESS_PROGRAMS } from './services/process-programs';
import { SYSTEMCTL_PROGRAMS } from './services/systemctl/systemctl';
import { WEB_PROGRAMS } from './services/web-programs';
import { BASH_PROGRAMS } from './shell/bash';
import { COMPLAIN_PROGRAMS } from './shell/complain';
import { ENVIRONMENT_PROGRAMS } from './shell/environment';
import { EXECUTE_PROGRAMS } from './shell/execute';
import { LOOKUP_PROGRAMS } from './shell/lookup';
import { OPEN_TARGET_PROGRAMS } from './shell/open-target';
import { SHELL_PROGRAMS } from './shell/shell-programs';
import { BLOCK_DEVICE_PROGRAMS } from './storage/block-devices';
import { DD_PROGRAMS } from './storage/dd';
import { MOUNT_PROGRAMS } from './storage/mount';
import { SWAP_PROGRAMS } from './storage/swap';
import { AWK_PROGRAMS } from './text/awk';
import { PASTE_PROGRAMS } from './text/paste';
import { PERL_GREP_PROGRAMS } from './text/perl-grep';
import { TEXT_PROGRAMS } from './text/text-programs';

/** Every program that does something. A machine has those that a package put on its disk. */
export const OWN_PROGRAMS: Programs = {
  ...AWK_PROGRAMS,
  ...AWS_PROGRAMS,
  ...BLOCK_DEVICE_PROGRAMS,
  ...DD_PROGRAMS,
  ...IP_PROGRAMS,
  ...MOUNT_PROGRAMS,
  ...QUIET_PROGRAMS,
  ...SECURITY_PROGRAMS,
  ...SHOW_PROGRAMS,
  ...SWAP_PROGRAMS,
  ...BASH_PROGRAMS,
  ...CAPACITY_PROGRAMS,
  ...CLOUD_INIT_PROGRAMS,
  ...DF_PROGRAMS,
  ...FIND_PROGRAMS,
  ...SHRED_PROGRAMS,
  ...CLOUDWATCH_AGENT_PROGRAMS,
  ...CRON_PROGRAMS,
  ...LOGROTATE_PROGRAMS,
  ...COMPLAIN_PROGRAMS,
  ...CURL_PROGRAMS,
  ...DNF_PROGRAMS,
  ...EC2_PROGRAMS,
  ...ENVIRONMENT_PROGRAMS,
  ...EXECUTE_PROGRAMS,
  ...LOOKUP_PROGRAMS,
  ...FILE_PROGRAMS,
  ...FILE_TYPE_PROGRAMS,
  ...HTPASSWD_PROGRAMS,
  ...LN_PROGRAMS,
  ...GROUP_PROGRAMS,
  ...IDENTITY_PROGRAMS,
  ...INSTALL_PROGRAMS,
  ...JOURNAL_PROGRAMS,
  ...LS_PROGRAMS,
  ...NAME_PROGRAMS,
  ...OPENSSL_PROGRAMS,
  ...OPEN_TARGET_PROGRAMS,
  ...OWNERSHIP_PROGRAMS,
  ...PASTE_PROGRAMS,
  ...PATH_PROGRAMS,
  ...PERL_GREP_PROGRAMS,
  ...POWER_PROGRAMS,
  ...PROCESS_PROGRAMS,
  ...RPM_PROGRAMS,
  ...SETTING_PROGRAMS,
  ...SHELL_PROGRAMS,
  ...SOCKET_PROGRAMS,
  ...SSH_KEYGEN_PROGRAMS,
  ...STAT_PROGRAMS,
  ...SWITCH_PROGRAMS,
  ...SYSTEMCTL_PROGRAMS,
  ...TAR_PROGRAMS,
  ...TEXT_PROGRAMS,
  ...TIME_PROGRAMS,
  ...UNZIP_PROGRAMS,
  ...USER_PROGRAMS,
  ...WEB_PROGRAMS,
  ...WGET_PROGRAMS,
};

/** Every command of ours, with those that only say that this machine does not have them. */
export const PROGRAMS: Programs = { ...lackingPrograms(new Set(Object.keys(OWN_PROGRAMS))), ...OWN_PROGRAMS };
