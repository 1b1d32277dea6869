import { GROUP_PROGRAMS } from './accounts/groups';
import { IDENTITY_PROGRAMS } from './accounts/identity';
import { OWNERSHIP_PROGRAMS } from './accounts/ownership';
import { SWITCH_PROGRAMS } from './accounts/switch-user';
import { USER_PROGRAMS } from './accounts/users';
import { AWK_PROGRAMS } from './awk';
import { AWS_PROGRAMS } from './aws/aws';
import { BASH_PROGRAMS } from './bash';
import { CURL_PROGRAMS } from './curl/curl';
import { DNF_PROGRAMS } from './dnf/dnf';
import { EXECUTE_PROGRAMS } from './execute';
import { FILE_PROGRAMS } from './file-programs';
import { CAPACITY_PROGRAMS } from './host/capacity';
import { EC2_PROGRAMS } from './host/ec2';
import { NAME_PROGRAMS } from './host/names';
import { POWER_PROGRAMS } from './host/power';
import { SETTING_PROGRAMS } from './host/settings';
import { SOCKET_PROGRAMS } from './host/sockets';
import { INSTALL_PROGRAMS } from './install';
import { JOURNAL_PROGRAMS } from './journal-programs';
import { LS_PROGRAMS } from './ls';
import { OPEN_TARGET_PROGRAMS } from './open-target';
import { PATH_PROGRAMS } from './path-programs';
import { PROCESS_PROGRAMS } from './process-programs';
import type { Programs } from './program';
import { RPM_PROGRAMS } from './rpm';
import { SHELL_PROGRAMS } from './shell-programs';
import { STAT_PROGRAMS } from './stat';
import { SYSTEMCTL_PROGRAMS } from './systemctl';
import { TAR_PROGRAMS } from './tar';
import { TEXT_PROGRAMS } from './text-programs';
import { TIME_PROGRAMS } from './time-programs';
import { UNZIP_PROGRAMS } from './unzip';
import { WEB_PROGRAMS } from './web-programs';
import { WGET_PROGRAMS } from './wget';

/** Every command of ours. A machine has those whose program a package put on its disk. */
export const PROGRAMS: Programs = {
  ...AWK_PROGRAMS,
  ...AWS_PROGRAMS,
  ...BASH_PROGRAMS,
  ...CAPACITY_PROGRAMS,
  ...CURL_PROGRAMS,
  ...DNF_PROGRAMS,
  ...EC2_PROGRAMS,
  ...EXECUTE_PROGRAMS,
  ...FILE_PROGRAMS,
  ...GROUP_PROGRAMS,
  ...IDENTITY_PROGRAMS,
  ...INSTALL_PROGRAMS,
  ...JOURNAL_PROGRAMS,
  ...LS_PROGRAMS,
  ...NAME_PROGRAMS,
  ...OPEN_TARGET_PROGRAMS,
  ...OWNERSHIP_PROGRAMS,
  ...PATH_PROGRAMS,
  ...POWER_PROGRAMS,
  ...PROCESS_PROGRAMS,
  ...RPM_PROGRAMS,
  ...SETTING_PROGRAMS,
  ...SHELL_PROGRAMS,
  ...SOCKET_PROGRAMS,
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
