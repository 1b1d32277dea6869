import { type Daemon, DaemonFailed, type DaemonHost, LackingFeature } from '../../system/daemon';
import type { Listening } from '../server-group';
import { startWebServer } from '../web-daemon';
import { readCertificates } from './certificates';
import { loadNginxConfig, type NginxConfig } from './config';
import { NginxHandler } from './handler';
import { NginxConfigError } from './parse';
import { checkHosts } from './upstream-hosts';

const CONFIG = '/etc/nginx/nginx.conf';

/** nginx: real servers on the ports that its configuration listens on. */
export async function startNginx(host: DaemonHost): Promise<Daemon> {
  return await startWebServer<LoadedConfig>(host, {
    load: () => load(host),
    announce: () => {},
    makeHandler: (config, fetch) => new NginxHandler(host.disk, host.now, config, fetch),
    keepAliveTimeout: 65_000,
    explainPortInUse: (port) =>
      `nginx: [emerg] bind() to 0.0.0.0:${port} failed (98: Address already in use)\nnginx: [emerg] still could not bind()`,
  });
}

/**
 * `nginx -t`: what is wrong with the configuration; undefined when it is right.
 * @throws LackingFeature for what nginx does and this one does not
 */
export function checkNginxConfig(host: ConfigHost): string | undefined {
  try {
    read(host);
    return undefined;
  } catch (error) {
    if (error instanceof NginxConfigError)
      return `nginx: [emerg] ${error.message}\nnginx: configuration file ${CONFIG} test failed`;
    throw error;
  }
}

type LoadedConfig = NginxConfig & Listening;

type ConfigHost = Pick<DaemonHost, 'disk' | 'network'>;

function load(host: ConfigHost): LoadedConfig {
  try {
    return read(host);
  } catch (error) {
    if (error instanceof NginxConfigError) throw new DaemonFailed(`nginx: [emerg] ${error.message}`, 1);
    throw error;
  }
}

function read({ disk, network }: ConfigHost): LoadedConfig {
  const config = loadNginxConfig(disk, CONFIG);
  checkHosts(config, (host) => network.resolves(host));
  const [missed] = config.missed;
  if (missed !== undefined) throw new LackingFeature(`nginx directive ${missed}`);
  return { ...config, certificates: readCertificates(disk, config.servers) };
}
