import { setTimeout as wait } from 'node:timers/promises';
import type { AgentScript } from '../../engine';
import { machineLauncher } from '../../testing/launch-machine';

const launcher = machineLauncher();
/** Its seconds are short, but they are: what loops for ever would leave no time for others. */
const launch = () => launcher({ sleep: (_seconds, signal) => wait(5, undefined, signal ? { signal } : {}) });
const run = async (text: string, options: Partial<AgentScript> = {}) => {
  const machine = launch();
  await machine.boot();
  const outcome = await machine.runScript({
    path: '/var/lib/agent/_script.sh',
    text,
    workingDirectory: '/usr/bin',
    environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', AGENT: 'a' },
    signal: new AbortController().signal,
    ...options,
  });
  return outcome;
};

test('A script writes its output and its errors apart, and exits as its last command', async () => {
  expect(await run('echo hi\necho no >&2\neval "echo out"\n(exit 3)')).toEqual({
    exitCode: 3,
    stdout: 'hi\nout\n',
    stderr: 'no\n',
  });
  expect(await run('exec 2>&1\necho a >&2\necho b')).toMatchObject({
    exitCode: 0,
    stdout: 'a\nb\n',
    stderr: '',
  });
  expect(await run('nope')).toEqual({
    exitCode: 127,
    stdout: '',
    stderr: '/var/lib/agent/_script.sh: line 1: nope: command not found\n',
  });
});

test('A script runs as root in its directory, with nothing of a login in its environment', async () => {
  const outcome = await run(
    'pwd; id -un; echo "[$HOME] [$AGENT] $PATH"; cat /var/lib/agent/_script.sh | wc -l',
  );
  expect(outcome?.stdout).toBe(
    '/usr/bin\nroot\n[] [a] /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin\n0\n',
  );
  expect(await run('pwd', { workingDirectory: '/none' })).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'chdir /none: no such file or directory',
  });
});

test('A script names its interpreter, which takes its options', async () => {
  expect(await run('#!/bin/bash -e\nfalse\necho on')).toMatchObject({ exitCode: 1, stdout: '' });
  expect(await run('#!/usr/bin/env bash\nset -euo pipefail\necho $((1 + 1))')).toMatchObject({
    stdout: '2\n',
  });
  expect(await run('#!/usr/bin/nothing\necho on')).toMatchObject({ exitCode: 126 });
});

test('A script that is killed says so, and what it wrote until then', async () => {
  const killing = new AbortController();
  const outcome = run('echo begun\nwhile true; do sleep 1; done', { signal: killing.signal });
  setTimeout(() => killing.abort(), 300);
  expect(await outcome).toEqual({ exitCode: 137, stdout: 'begun\n', stderr: '' });
});

test('Nobody tells of a script whose machine stops', async () => {
  const machine = launch();
  await machine.boot();
  expect(machine.activeSince('amazon-ssm-agent')).toBeInstanceOf(Date);
  const script = (text: string): AgentScript => ({
    path: '/tmp/_script.sh',
    text,
    workingDirectory: '/',
    environment: {},
    signal: new AbortController().signal,
  });
  await machine.runScript(script('systemctl stop amazon-ssm-agent'));
  expect(machine.activeSince('amazon-ssm-agent')).toBeUndefined();
  const running = machine.runScript(script('while true; do sleep 1; done'));
  setTimeout(() => void machine.stop(), 100);
  expect(await running).toBeUndefined();
  expect(await machine.runScript(script('true'))).toBeUndefined();
});
