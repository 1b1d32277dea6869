/** Targets that a boot reaches: what they want is started. */
export const BOOT_TARGETS = new Set(
  [
    'sysinit',
    'local-fs',
    'network',
    'network-online',
    'basic',
    'sockets',
    'timers',
    'cloud-config',
    'cloud-init',
  ]
    .concat('remote-fs', 'nss-lookup', 'multi-user', 'default')
    .map((name) => `${name}.target`),
);
