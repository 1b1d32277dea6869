import { fail, type Program, type Programs, resolvePath, runCommand, succeed } from '../program';

const UNIT = 'amazon-cloudwatch-agent';
const FOLDER = '/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d';

/** `amazon-cloudwatch-agent-ctl -a action`: takes a configuration from a file or a parameter of SSM, and starts the agent. */
const control: Program = async (args, call) => {
  const optionOf = (flag: string) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const { guest } = call;
  const action = optionOf('-a') ?? 'status';
  const status = () => (guest.systemd.state(UNIT).active === 'active' ? 'running' : 'stopped');
  if (action === 'status')
    return succeed(
      `{\n  "status": "${status()}",\n  "configstatus": "configured",\n  "version": "1.300057.1"\n}\n`,
    );
  if (action === 'stop') {
    await guest.systemd.stop(UNIT);
    return succeed();
  }
  if (action === 'start') {
    await guest.systemd.start(UNIT);
    return succeed();
  }
  if (action !== 'fetch-config' && action !== 'append-config')
    return call.lacks(`amazon-cloudwatch-agent-ctl -a ${action}`);
  const location = optionOf('-c') ?? 'default';
  const [, kind = '', name = ''] = /^(ssm|file):(.+)$/.exec(location) ?? [];
  if (kind === 'file') {
    const path = resolvePath(call, name);
    if (!guest.disk.has(path))
      return fail(1, `Fail to fetch the config! open ${name}: no such file or directory`);
    if (!isJson(guest.disk.readText(path))) return fail(1, 'Fail to parse the config, the JSON is not valid');
  } else if (kind === 'ssm') {
    const found = await runCommand(call, ['aws', 'ssm', 'get-parameter', '--name', name]);
    // Without credentials nobody can be asked; what AWS refuses is told.
    const refused = /An error occurred \((\w+)\)/.exec(found.stderr)?.[1];
    if (refused !== undefined)
      return fail(
        1,
        `****** processing amazon-cloudwatch-agent ******\nFail to fetch the config! ${refused}: ${name}`,
      );
  }
  guest.disk.makeDirectory(FOLDER);
  const head = `****** processing amazon-cloudwatch-agent ******\nSuccessfully fetched the config and saved in ${FOLDER}/${kind === '' ? 'default' : `${kind}_${name.split('/').at(-1)}`}.tmp\nStart configuration validation...\nConfiguration validation succeeded\n`;
  if (args.includes('-s')) await guest.systemd.restart(UNIT);
  return succeed(head);
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The CloudWatch agent: it runs, and nobody sees what it sends. */
export const CLOUDWATCH_AGENT_PROGRAMS: Programs = { 'amazon-cloudwatch-agent-ctl': control };
