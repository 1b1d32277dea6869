import { type Daemon, DaemonFailed, type DaemonHost } from '../../system/daemon';
import { appendLog } from '../access-log';
import { startWebServer } from '../web-daemon';
import { loadNginxConfig, type NginxConfig } from './config';
import { NginxHandler } from './handler';
import { NginxConfigError } from './parse';

const CONFIG = '/etc/nginx/nginx.conf';

/** nginx: real servers on the ports that its configuration listens on. */
export async function startNginx(host: DaemonHost): Promise<Daemon> {
  return await startWebServer<NginxConfig>(host, {
    load: () => load(host),
    announce: (config) => announce(host, config),
    makeHandler: (config, fetch) => new NginxHandler(host.disk, host.now, config, fetch),
    keepAliveTimeout: 65_000,
    explainPortInUse: (port) =>
      `nginx: [emerg] bind() to 0.0.0.0:${port} failed (98: Address already in use)\nnginx: [emerg] still could not bind()`,
  });
}

/** `nginx -t`: what is wrong with the configuration; undefined when it is right. */
export function checkNginxConfig(host: Pick<DaemonHost, 'disk'>): string | undefined {
  try {
    loadNginxConfig(host.disk, CONFIG);
    return undefined;
  } catch (error) {
    if (error instanceof NginxConfigError)
      return `nginx: [emerg] ${error.message}\nnginx: configuration file ${CONFIG} test failed`;
    throw error;
  }
}

function load(host: DaemonHost): NginxConfig {
  try {
    return loadNginxConfig(host.disk, CONFIG);
  } catch (error) {
    if (error instanceof NginxConfigError) throw new DaemonFailed(`nginx: [emerg] ${error.message}`, 1);
    throw error;
  }
}

function announce(host: DaemonHost, config: NginxConfig): void {
  for (const directive of config.missed)
    appendLog(
      host.disk,
      config.errorLog,
      `${host.now().toISOString()} [warn] embedded machine: ${directive} has no effect here\n`,
    );
}
