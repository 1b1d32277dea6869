import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Disk } from '../../disk/disk';
import type { ServerCertificate } from '../server-group';
import { lastOf, type NginxServer } from './config';
import { NginxConfigError } from './parse';

/**
 * The certificates of the ports that are served over TLS, with the names of the servers that they are for (ngx_http_ssl_module).
 * @throws NginxConfigError in nginx's and OpenSSL's words for one that is not there, cannot be read, or does not fit its key
 */
export function readCertificates(
  disk: Disk,
  servers: readonly NginxServer[],
): Map<number, ServerCertificate[]> {
  const found = new Map<number, ServerCertificate[]>();
  for (const server of servers)
    for (const { port, isSecure, at } of server.listens) {
      if (!isSecure) continue;
      const certificate = readCertificate(disk, server, at);
      found.set(port, [...(found.get(port) ?? []), certificate]);
    }
  return found;
}

function readCertificate(disk: Disk, { scopes, names }: NginxServer, at: string): ServerCertificate {
  const file = lastOf(scopes.flat(), 'ssl_certificate')?.args[0];
  const keyFile = lastOf(scopes.flat(), 'ssl_certificate_key')?.args[0];
  if (file === undefined)
    throw new NginxConfigError(`no "ssl_certificate" is defined for the "listen ... ssl" directive in ${at}`);
  if (keyFile === undefined)
    throw new NginxConfigError(`no "ssl_certificate_key" is defined for certificate "${absolute(file)}"`);
  const cert = readPem(disk, absolute(file), 'certificate', (text) => new X509Certificate(text));
  const key = readPem(disk, absolute(keyFile), 'certificate key', (text) => createPrivateKey(text));
  if (!cert.value.checkPrivateKey(key.value))
    throw new NginxConfigError(
      `SSL_CTX_use_PrivateKey("${absolute(keyFile)}") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)`,
    );
  return { names, cert: cert.text, key: key.text };
}

function readPem<Value>(
  disk: Disk,
  path: string,
  what: string,
  parse: (text: string) => Value,
): { text: string; value: Value } {
  if (disk.find(path)?.kind !== 'file')
    throw new NginxConfigError(
      `cannot load ${what} "${path}": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(${path}, r) error:10000080:BIO routines::no such file)`,
    );
  const text = disk.readText(path);
  try {
    return { text, value: parse(text) };
  } catch {
    const routine = what === 'certificate' ? 'PEM_read_bio_X509_AUX' : 'PEM_read_bio_PrivateKey';
    const expected = what === 'certificate' ? 'TRUSTED CERTIFICATE' : 'ANY PRIVATE KEY';
    throw new NginxConfigError(
      `cannot load ${what} "${path}": ${routine}() failed (SSL: error:0480006C:PEM routines::no start line:Expecting: ${expected})`,
    );
  }
}

/** Paths are from where the configuration stands. */
function absolute(path: string): string {
  return path.startsWith('/') ? path : `/etc/nginx/${path}`;
}
