/** What becomes of a key of a cloud-config. */
export type KeyKind = 'done' | 'quiet' | 'lacking' | 'unknown';

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

/** Keys that are done here as cloud-init does them. */
export const DONE = words(`
  bootcmd runcmd packages package_update package_upgrade package_reboot_if_required write_files hostname fqdn preserve_hostname manage_etc_hosts
  prefer_fqdn_over_hostname timezone locale groups users user ssh_authorized_keys chpasswd password swap mounts ntp power_state
  final_message merge_how merge_type apt_update apt_upgrade repo_update repo_upgrade
`);

/** Keys whose effect cannot be seen on a machine that nobody logs in to and that has one disk. */
export const QUIET = words(`
  ssh_pwauth disable_root disable_root_opts ssh ssh_keys ssh_deletekeys ssh_genkeytypes ssh_quiet_keygen ssh_publish_hostkeys
  ssh_fp_console_blacklist ssh_key_console_blacklist no_ssh_fingerprints authkey_hash allow_public_ssh_keys growpart resize_rootfs keyboard
  mount_default_fields locale_configfile datasource datasource_list system_info vendor_data vendor_data2 debug logcfg reporting output
  random_seed updates cloud_init_modules cloud_config_modules cloud_final_modules unverified_modules repo_releasever
  network manual_cache_clean def_log_file syslog_fix_perms disable_ec2_metadata create_hostname_file no_hash
`);

/** Keys of modules that Amazon Linux 2023's cloud-init runs, and this machine does not. */
export const LACKING = words(`
  disk_setup fs_setup device_aliases yum_repos yum_repo_dir ca_certs ca-certs puppet chef salt_minion mcollective ansible rsyslog phone_home
  ssh_import_id autoinstall wireguard rh_subscription landscape
`);

/** Keys of modules that cloud-init does not run on Amazon Linux: it says so and goes on. */
const OF_OTHERS = words(
  'apt apt_pipelining snap lxd zypper ubuntu_advantage byobu_by_default fan spacewalk drivers',
);

/** What becomes of a key of a cloud-config, by its name. */
export function kindOfKey(key: string): KeyKind {
  if (DONE.includes(key)) return 'done';
  if (QUIET.includes(key) || OF_OTHERS.includes(key)) return 'quiet';
  return LACKING.includes(key) ? 'lacking' : 'unknown';
}

const MODULES: Readonly<Record<string, string>> = {
  ...{ packages: 'package-update-upgrade-install', package_update: 'package-update-upgrade-install' },
  ...{
    package_upgrade: 'package-update-upgrade-install',
    write_files: 'write-files',
    groups: 'users-groups',
  },
  ...{
    users: 'users-groups',
    ssh_authorized_keys: 'ssh',
    swap: 'mounts',
    hostname: 'set-hostname',
    fqdn: 'set-hostname',
  },
  ...{
    power_state: 'power-state-change',
    final_message: 'final-message',
    manage_etc_hosts: 'update-etc-hosts',
  },
};

/** The module that a key is for, which often has its name. */
export function moduleOfKey(key: string): string {
  return MODULES[key] ?? key;
}
