const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

const sections = (options: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(options).flatMap(([section, names]) => words(names).map((name) => `${section}.${name}`));

/** Options that do here what they do in systemd, by section. */
export const HONOURED_OPTIONS = sections({
  Unit: 'Description Documentation After Wants Requires BindsTo ConditionPathExists StartLimitBurst StartLimitIntervalSec StartLimitInterval',
  Service: `Type ExecStart ExecStartPre ExecStartPost ExecReload ExecStop ExecStopPost Restart RestartSec User Environment EnvironmentFile
    WorkingDirectory StandardOutput RemainAfterExit RuntimeDirectory StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory
    StartLimitBurst StartLimitInterval`,
  Timer: 'OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec OnCalendar Unit',
  Install: 'WantedBy RequiredBy Alias',
});

/** Options whose effect cannot be seen on a machine on which every program runs as root, and nothing is short. */
export const QUIET_OPTIONS = sections({
  Unit: `Before PartOf RequiresMountsFor DefaultDependencies IgnoreOnIsolate StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate
    CollectMode FailureAction SuccessAction JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction SourcePath StartLimitAction Conflicts
    ConditionVirtualization ConditionArchitecture ConditionSecurity ConditionCapability ConditionACPower`,
  Service: `Group SupplementaryGroups DynamicUser UMask Nice OOMScoreAdjust OOMPolicy LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS
    LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME ProtectSystem
    ProtectHome ProtectHostname ProtectClock ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups ProtectProc ProcSubset
    PrivateTmp PrivateDevices PrivateUsers PrivateMounts PrivateIPC NoNewPrivileges ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths
    NoExecPaths CapabilityBoundingSet AmbientCapabilities SecureBits SystemCallFilter SystemCallArchitectures SystemCallErrorNumber SystemCallLog
    RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID RestrictFileSystems MemoryDenyWriteExecute LockPersonality
    KeyringMode RemoveIPC MountFlags MountAPIVFS MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryLimit MemoryAccounting CPUWeight
    StartupCPUWeight CPUQuota CPUQuotaPeriodSec CPUShares CPUAccounting CPUAffinity CPUSchedulingPolicy CPUSchedulingPriority AllowedCPUs
    IOWeight IOAccounting IOSchedulingClass IOSchedulingPriority IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax BlockIOWeight
    BlockIOAccounting TasksMax TasksAccounting IPAccounting Slice Delegate DevicePolicy DeviceAllow KillMode KillSignal RestartKillSignal
    SendSIGKILL SendSIGHUP FinalKillSignal TimeoutStartSec TimeoutStopSec TimeoutSec TimeoutAbortSec TimeoutStartFailureMode
    TimeoutStopFailureMode WatchdogSec WatchdogSignal NotifyAccess PIDFile GuessMainPID SyslogIdentifier SyslogFacility SyslogLevel
    SyslogLevelPrefix StandardError LogLevelMax LogRateLimitIntervalSec LogRateLimitBurst LogNamespace RuntimeDirectoryMode StateDirectoryMode
    CacheDirectoryMode LogsDirectoryMode ConfigurationDirectoryMode RuntimeDirectoryPreserve PermissionsStartOnly IgnoreSIGPIPE CoredumpFilter
    TimerSlackNSec Personality NUMAPolicy NUMAMask ReloadPropagatedFrom UtmpIdentifier UtmpMode SELinuxContext AppArmorProfile SmackProcessLabel
    RestartMode ExitType NonBlocking`,
  Timer: 'AccuracySec RandomizedDelaySec FixedRandomDelay Persistent RemainAfterElapse',
  Install: '',
});

/** Options of systemd 252 that this machine does not have, though what a unit does depends on them. */
export const LACKING_OPTIONS = sections({
  Unit: `OnFailure OnFailureJobMode OnSuccess OnSuccessJobMode Requisite Upholds PropagatesReloadTo PropagatesStopTo StopPropagatedFrom
    ReloadPropagatedFrom JoinsNamespaceOf ConditionHost ConditionKernelCommandLine ConditionKernelVersion ConditionEnvironment ConditionNeedsUpdate
    ConditionFirstBoot ConditionPathExistsGlob ConditionPathIsDirectory ConditionPathIsSymbolicLink ConditionPathIsMountPoint
    ConditionPathIsReadWrite ConditionPathIsEncrypted ConditionDirectoryNotEmpty ConditionFileNotEmpty ConditionFileIsExecutable ConditionUser
    ConditionGroup ConditionControlGroupController ConditionMemory ConditionCPUs ConditionCPUFeature ConditionOSRelease AssertPathExists
    AssertPathExistsGlob AssertPathIsDirectory AssertFileNotEmpty AssertFileIsExecutable AssertDirectoryNotEmpty AssertHost AssertUser`,
  Service: `ExecCondition RootDirectory RootImage RootHash BindPaths BindReadOnlyPaths TemporaryFileSystem MountImages ExtensionImages
    PassEnvironment UnsetEnvironment LoadCredential LoadCredentialEncrypted SetCredential SetCredentialEncrypted SuccessExitStatus
    RestartPreventExitStatus RestartForceExitStatus Sockets BusName FileDescriptorStoreMax USBFunctionDescriptors USBFunctionStrings
    RuntimeMaxSec RuntimeRandomizedExtraSec StandardInput StandardInputText StandardInputData TTYPath TTYReset TTYVHangup PAMName
    NetworkNamespacePath IPCNamespacePath PrivateNetwork IPAddressAllow IPAddressDeny SocketBindAllow SocketBindDeny RestrictNetworkInterfaces
    RootDirectoryStartOnly`,
  Timer: 'OnClockChange OnTimezoneChange WakeSystem',
  Install: 'Also DefaultInstance',
});

/** Kinds of units that are started here, by the ends of their names. */
export const UNIT_KINDS = words('.service .target .timer');

/** What of a unit this machine does not have: an option, or the kind of unit; undefined for one that it starts as systemd does. */
export function lackingOption(name: string, options: Iterable<string>): string | undefined {
  if (!UNIT_KINDS.some((kind) => name.endsWith(kind)))
    return `units of the kind ${name.slice(name.lastIndexOf('.'))}`;
  const lacking = [...options].find((option) => LACKING_OPTIONS.includes(option));
  return lacking === undefined ? undefined : `unit option ${lacking.replace(/^\w+\./, '')}=`;
}

/** Options that systemd does not have either: it says so, and passes over them. */
export function unknownOptions(options: Iterable<string>): string[] {
  const known = new Set([...HONOURED_OPTIONS, ...QUIET_OPTIONS, ...LACKING_OPTIONS]);
  return [...options].filter(
    (option) => /^(?:Unit|Service|Timer|Install)\.(?!X-)/.test(option) && !known.has(option),
  );
}
