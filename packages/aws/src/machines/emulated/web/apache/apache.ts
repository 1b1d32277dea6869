import { type Daemon, DaemonFailed, type DaemonHost } from '../../system/daemon';
import { appendLog } from '../access-log';
import { startWebServer } from '../web-daemon';
import { type ApacheConfig, loadApacheConfig } from './config/config';
import { ApacheConfigError } from './config/lines';
import { ApacheHandler } from './handler';
import { apacheErrorLine } from './logs';

/** httpd in the foreground: real servers on the ports that its configuration listens on. */
export async function startApache(host: DaemonHost): Promise<Daemon> {
  return await startWebServer<ApacheConfig>(host, {
    load: () => load(host),
    announce: (config) => announce(host, config),
    makeHandler: (config, fetch) => new ApacheHandler(host.disk, host.now, config, fetch),
    keepAliveTimeout: 5000,
    explainPortInUse: (port) =>
      `(98)Address already in use: AH00072: make_sock: could not bind to address [::]:${port}\nno listening sockets available, shutting down\nAH00015: Unable to open logs`,
  });
}

/**
 * `httpd -t`: what is wrong with the configuration on the disk.
 * @returns undefined when it is right
 */
export function checkApacheConfig(host: Pick<DaemonHost, 'disk'>): string | undefined {
  try {
    loadApacheConfig(host.disk);
    return undefined;
  } catch (error) {
    if (error instanceof ApacheConfigError) return error.message;
    throw error;
  }
}

function load(host: DaemonHost): ApacheConfig {
  try {
    return loadApacheConfig(host.disk);
  } catch (error) {
    if (error instanceof ApacheConfigError) throw new DaemonFailed(error.message, 1);
    throw error;
  }
}

function announce(host: DaemonHost, config: ApacheConfig): void {
  const write = (level: string, message: string) =>
    appendLog(host.disk, config.main.errorLog, apacheErrorLine(host.now(), level, message));
  write('mpm_event:notice', 'AH00489: Apache/2.4.62 (Amazon Linux) configured -- resuming normal operations');
  for (const directive of config.missed)
    write('core:warn', `embedded machine: ${directive} has no effect here`);
}
