/** A way to break the service, and what brings it to light. */
export interface Sabotage {
  readonly name: string;
  /** Of the project. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** A run with such a fault finds it; without it any run does. */
  readonly kinds?: readonly string[];
  readonly states?: readonly string[];
}

/** A call has its effect, and nobody hears of it. */
const AFTER = ['5xx after the effect', 'time-out after the effect', 'function dies after a call'];

/** Clean-ups left out, fences lost, errors swallowed, and what attacks found once. */
export const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'instances are not terminated',
    file: 'src/image/instances.ts',
    find: 'if (InstanceIds.length === 0) return;',
    put: 'if (InstanceIds.length >= 0) return;',
  },
  {
    name: 'the lock is not given back',
    file: 'src/build/end/end.ts',
    find: '  await releaseLock(pipeline, id);\n',
    put: '',
  },
  {
    name: 'the default version stays behind',
    file: 'src/rollout/version/default.ts',
    find: '  await moveDefaultVersion(launchTemplateId, version);\n  return undefined;',
    put: '  return undefined;',
  },
  {
    name: 'servers go before others have come',
    file: 'src/rollout/preferences.ts',
    find: 'MinHealthyPercentage: minHealthy,\n    MaxHealthyPercentage: maxHealthy,\n    SkipMatching',
    put: 'MinHealthyPercentage: 0,\n    MaxHealthyPercentage: 100,\n    SkipMatching',
  },
  {
    name: 'what is open stays open',
    file: 'src/build/end/end.ts',
    find: '  await strikeOpen(id);\n',
    put: '',
  },
  {
    name: 'a failed test of the image is swallowed',
    file: 'src/server/tests/tests.ts',
    find: 'if (failures.length > 0)',
    put: 'if (failures.length > 1000)',
    kinds: ['test fails'],
  },
  {
    name: 'versions of launch templates are left behind',
    file: 'src/rollout/template.ts',
    find: 'at < versions.length; at += VERSIONS_A_CALL) {\n    const { Unsuccessfully',
    put: 'at < 0; at += VERSIONS_A_CALL) {\n    const { Unsuccessfully',
    kinds: ['new servers are unhealthy'],
  },
  {
    name: 'a launch that is repeated launches again',
    file: 'src/image/launch.ts',
    find: 'ClientToken: token,',
    put: 'ClientToken: (token + Date.now()).slice(-64),',
    kinds: AFTER,
    states: ['LaunchInstance'],
  },
  {
    name: 'an image that is there already fails its build',
    file: 'src/image/create.ts',
    find: "if (isAwsError(error, 'InvalidAMIName.Duplicate')) return undefined;",
    put: '',
    kinds: AFTER,
    states: ['CreateImage'],
  },
  {
    name: 'a function that dies is not run again',
    file: 'statemachines/golden-image.asl.yml',
    find: '          - Runtime.ExitError # its process was killed, or ran out of memory\n',
    put: '',
    kinds: ['function dies before or between its calls'],
    states: ['LaunchInstance', 'AwaitImage', 'PublishTemplate', 'StartRefresh', 'AwaitFleet'],
  },
  {
    name: 'nobody looks for whom an event did not wake',
    file: 'src/wait/resolve.ts',
    find: 'listWaits().then(settleWaits)',
    put: 'listWaits()',
    kinds: ['event lost'],
    states: ['AwaitImage', 'AwaitRefresh'],
  },
  {
    name: 'an event is believed',
    file: 'src/build/end/attend.ts',
    find: '  await forgetAbandoned(build);\n',
    put: "  await failBuild(build, 'ABORTED', { name: 'ABORTED', message: 'somebody says so' });\n",
    kinds: ['event forged'],
  },
];
