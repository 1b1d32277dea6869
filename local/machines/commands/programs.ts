import { ACCOUNT_PROGRAMS } from './account-programs';
import { AWS_PROGRAMS } from './aws/aws';
import { BASH_PROGRAMS } from './bash';
import { CURL_PROGRAMS } from './curl/curl';
import { DNF_PROGRAMS } from './dnf';
import { EXECUTE_PROGRAMS } from './execute';
import { FILE_PROGRAMS } from './file-programs';
import { HOST_PROGRAMS } from './host-programs';
import { JOURNAL_PROGRAMS } from './journal-programs';
import { LS_PROGRAMS } from './ls';
import { OPEN_TARGET_PROGRAMS } from './open-target';
import { PROCESS_PROGRAMS } from './process-programs';
import type { Programs } from './program';
import { RPM_PROGRAMS } from './rpm';
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
  ...ACCOUNT_PROGRAMS,
  ...AWS_PROGRAMS,
  ...BASH_PROGRAMS,
  ...CURL_PROGRAMS,
  ...DNF_PROGRAMS,
  ...EXECUTE_PROGRAMS,
  ...FILE_PROGRAMS,
  ...HOST_PROGRAMS,
  ...JOURNAL_PROGRAMS,
  ...LS_PROGRAMS,
  ...OPEN_TARGET_PROGRAMS,
  ...PROCESS_PROGRAMS,
  ...RPM_PROGRAMS,
  ...STAT_PROGRAMS,
  ...SYSTEMCTL_PROGRAMS,
  ...TAR_PROGRAMS,
  ...TEXT_PROGRAMS,
  ...TIME_PROGRAMS,
  ...UNZIP_PROGRAMS,
  ...WEB_PROGRAMS,
  ...WGET_PROGRAMS,
};
