import { type Daemon, DaemonFailed, type DaemonHost, LackingFeature } from '../../system/daemon';
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
 * @throws LackingFeature for what Apache does and this one does not
 */
export function checkApacheConfig(host: Pick<DaemonHost, 'disk'>): string | undefined {
  try {
    read(host);
    return undefined;
  } catch (error) {
    if (error instanceof ApacheConfigError) return error.message;
    throw error;
  }
}

function load(host: DaemonHost): ApacheConfig {
  try {
    return read(host);
  } catch (error) {
    if (error instanceof ApacheConfigError) throw new DaemonFailed(error.message, 1);
    throw error;
  }
}

function read({ disk }: Pick<DaemonHost, 'disk'>): ApacheConfig {
  const config = loadApacheConfig(disk);
  const [missed] = config.missed;
  if (missed !== undefined) throw new LackingFeature(`httpd directive ${missed}`);
  return config;
}

function announce(host: DaemonHost, config: ApacheConfig): void {
  const write = (level: string, message: string) =>
    appendLog(host.disk, config.main.errorLog, apacheErrorLine(host.now(), level, message));
  write('mpm_event:notice', 'AH00489: Apache/2.4.62 (Amazon Linux) configured -- resuming normal operations');
}
