import { compilePattern } from '../pattern';
import { NginxConfigError, type NginxDirective } from './parse';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

const HONOURED = words(`
  user http events server listen server_name root alias index location error_page try_files return add_header default_type
  types access_log error_log autoindex charset rewrite if set break proxy_pass proxy_set_header proxy_redirect upstream gzip gzip_types
  gzip_min_length gzip_vary expires server_tokens deny allow internal auth_basic
`);

const IGNORED = words(`
  worker_processes worker_connections pid log_format sendfile tcp_nopush tcp_nodelay keepalive_timeout keepalive_requests
  types_hash_max_size types_hash_bucket_size server_names_hash_bucket_size 
  gzip_comp_level gzip_proxied gzip_http_version gzip_disable client_max_body_size client_body_timeout client_header_timeout
  send_timeout etag worker_rlimit_nofile use multi_accept limit_req limit_req_zone limit_conn limit_conn_zone
  open_file_cache open_file_cache_valid open_file_cache_min_uses open_file_cache_errors real_ip_header set_real_ip_from
  real_ip_recursive resolver resolver_timeout reset_timedout_connection large_client_header_buffers client_body_buffer_size
  client_header_buffer_size proxy_http_version proxy_read_timeout proxy_connect_timeout proxy_send_timeout
  proxy_buffering proxy_buffers proxy_buffer_size map geo log_not_found
  daemon master_process load_module env http2 absolute_redirect port_in_redirect server_name_in_redirect stub_status
  fastcgi_pass fastcgi_param fastcgi_index auth_basic_user_file ssl_certificate ssl_certificate_key
  ssl_protocols ssl_ciphers ssl_session_cache ssl_session_timeout ssl_prefer_server_ciphers sub_filter sub_filter_once
`);

/** Of those, the ones that change what a visitor gets: nginx here does not start with them, so that no page is wrong. */
const MISSED = words('fastcgi_pass sub_filter stub_status map geo');

/** Directives whose block is a table of values, not of directives. */
const TABLES = words('types map geo upstream');

/** @throws NginxConfigError for a directive that nginx does not know, or not so */
export function check(directives: readonly NginxDirective[]): void {
  for (const { name, block, args, file, line } of directives) {
    if (!HONOURED.has(name) && !IGNORED.has(name))
      throw new NginxConfigError(`unknown directive "${name}" in ${file}:${line}`);
    if (args.length === 0 && block === undefined && name !== 'internal' && name !== 'break')
      throw new NginxConfigError(`invalid number of arguments in "${name}" directive in ${file}:${line}`);
    checkPattern(name, args, file, line);
    if (block && !TABLES.has(name)) check(block);
  }
}

function checkPattern(name: string, args: readonly string[], file: string, line: number): void {
  const at = args.findIndex((arg) => /^!?~\*?$/.test(arg));
  const pattern = name === 'rewrite' ? args[0] : at < 0 ? undefined : args.slice(at + 1).join(' ');
  if (pattern === undefined) return;
  try {
    compilePattern(name === 'if' ? pattern.replace(/\)$/, '') : pattern);
  } catch {
    throw new NginxConfigError(`pcre2_compile() failed: error in pattern in "${pattern}" in ${file}:${line}`);
  }
}

/** Directives that have no effect here though a visitor would see theirs, with where they stand. */
export function findMissed(directives: readonly NginxDirective[]): string[] {
  return directives.flatMap(({ name, args, block, file, line }) => [
    // What follows from $http_upgrade is a header to the server behind, which has no visitor but this one.
    ...(MISSED.has(name) && args[0] !== '$http_upgrade' ? [`${name} (${file}:${line})`] : []),
    ...(block && !TABLES.has(name) ? findMissed(block) : []),
  ]);
}
