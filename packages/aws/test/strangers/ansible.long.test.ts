import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startAws } from '../../src';
import { newcomer, whereInstalled } from './installed';

/** Ansible waits in real seconds, 15 and more between two looks. */
jest.setTimeout(300_000);

const run = promisify(execFile);
const PLAYBOOK = join(__dirname, 'fleet.yml');

// The check of the syntax finds the modules too, which are a collection of their own.
whereInstalled('ansible-playbook', ['--syntax-check', PLAYBOOK])(
  'Ansible makes what a playbook asks for, and finds nothing to change when it looks again',
  async () => {
    const aws = await startAws({ timeScale: 100 });
    const stranger = await newcomer(aws);
    const play = async () => {
      const env = { ...stranger.env, ANSIBLE_NOCOLOR: '1' };
      const { stdout } = await run('ansible-playbook', [PLAYBOOK], { env });
      return Object.fromEntries([...stdout.matchAll(/(\w+)=(\d+)/g)].map(([, name, count]) => [name, count]));
    };
    try {
      expect(await play()).toMatchObject({ ok: '11', changed: '10', failed: '0' });
      expect(await play()).toMatchObject({ ok: '11', changed: '0', failed: '0' });
    } finally {
      await stranger.leave();
      await aws.stop();
    }
  },
);
