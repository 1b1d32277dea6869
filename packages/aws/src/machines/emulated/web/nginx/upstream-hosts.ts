import type { NginxConfig } from './config';
import { NginxConfigError, type NginxDirective } from './parse';

/**
 * nginx looks all names up that its configuration sends requests on to, before it starts.
 * @throws NginxConfigError for one that has no address
 */
export function checkHosts(config: NginxConfig, resolves: (host: string) => boolean): void {
  for (const { address, at } of config.upstreamServers)
    if (!isUnix(address) && !resolves(withoutPort(address)))
      throw new NginxConfigError(`host not found in upstream "${address}" in ${at}`);
  for (const server of config.servers)
    for (const directive of [
      ...server.scopes.flat(),
      ...server.locations.flatMap(({ directives }) => directives),
    ])
      checkPassed(directive, config, resolves);
}

function checkPassed(
  { name, args, block, file, line }: NginxDirective,
  config: NginxConfig,
  resolves: (host: string) => boolean,
): void {
  const [, address = ''] = /^https?:\/\/([^/$]+)(?:\/|$)/.exec(args[0] ?? '') ?? [];
  const host = withoutPort(address);
  const isNamed = name === 'proxy_pass' && host !== '' && !isUnix(address) && !config.upstreams.has(address);
  if (isNamed && !resolves(host))
    throw new NginxConfigError(`host not found in upstream "${host}" in ${file}:${line}`);
  for (const inner of block ?? []) checkPassed(inner, config, resolves);
}

function withoutPort(address: string): string {
  return address.replace(/:\d+$/, '');
}

function isUnix(address: string): boolean {
  return address.startsWith('unix:');
}
