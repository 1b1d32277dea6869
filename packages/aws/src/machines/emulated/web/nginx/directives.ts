import { compilePattern } from '../pattern';
import { NginxConfigError, type NginxDirective } from './parse';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

const HONOURED = words(`
  user http events server listen server_name root alias index location error_page try_files return add_header default_type
  types access_log error_log autoindex charset rewrite if set break proxy_pass proxy_set_header proxy_redirect upstream gzip gzip_types
  gzip_min_length gzip_vary expires server_tokens deny allow internal auth_basic auth_basic_user_file proxy_hide_header proxy_intercept_errors map
`);

/** Directives of nginx's modules that are read and have no effect that a visitor sees here. */
const IGNORED = words(`
  worker_processes worker_connections worker_priority worker_cpu_affinity worker_shutdown_timeout worker_aio_requests worker_rlimit_core
  worker_rlimit_nofile working_directory pid lock_file timer_resolution pcre_jit ssl_engine thread_pool accept_mutex accept_mutex_delay use
  multi_accept daemon master_process load_module env debug_points debug_connection log_format log_not_found log_subrequest open_log_file_cache
  sendfile sendfile_max_chunk aio aio_write directio directio_alignment tcp_nopush tcp_nodelay keepalive_timeout keepalive_requests
  keepalive_time keepalive_disable keepalive_min_timeout send_lowat output_buffers postpone_output read_ahead subrequest_output_buffer_size
  types_hash_max_size types_hash_bucket_size server_names_hash_max_size server_names_hash_bucket_size variables_hash_max_size
  variables_hash_bucket_size map_hash_max_size map_hash_bucket_size referer_hash_max_size referer_hash_bucket_size
  gzip_buffers gzip_comp_level gzip_proxied gzip_http_version gzip_disable gzip_static gunzip gunzip_buffers
  client_max_body_size client_body_timeout client_header_timeout client_body_buffer_size client_body_temp_path client_body_in_file_only
  client_body_in_single_buffer client_header_buffer_size large_client_header_buffers connection_pool_size request_pool_size
  ignore_invalid_headers underscores_in_headers max_headers merge_slashes max_ranges msie_padding msie_refresh chunked_transfer_encoding
  lingering_close lingering_time lingering_timeout reset_timedout_connection send_timeout etag if_modified_since disable_symlinks
  limit_req limit_req_zone limit_req_status limit_req_log_level limit_req_dry_run limit_conn limit_conn_zone limit_conn_status
  limit_conn_log_level limit_conn_dry_run limit_rate limit_rate_after open_file_cache open_file_cache_valid open_file_cache_min_uses
  open_file_cache_errors real_ip_header set_real_ip_from real_ip_recursive resolver resolver_timeout auth_delay
  proxy_http_version proxy_read_timeout proxy_connect_timeout proxy_send_timeout proxy_buffering proxy_buffers proxy_buffer_size
  proxy_busy_buffers_size proxy_temp_path proxy_temp_file_write_size proxy_max_temp_file_size proxy_headers_hash_max_size
  proxy_headers_hash_bucket_size proxy_next_upstream proxy_next_upstream_timeout proxy_next_upstream_tries proxy_request_buffering
  proxy_ignore_client_abort proxy_ignore_headers proxy_pass_header proxy_socket_keepalive proxy_bind proxy_force_ranges proxy_limit_rate
  proxy_ssl_server_name proxy_ssl_name proxy_ssl_verify proxy_ssl_verify_depth proxy_ssl_protocols proxy_ssl_ciphers proxy_ssl_session_reuse
  proxy_ssl_trusted_certificate proxy_ssl_certificate proxy_ssl_certificate_key proxy_ssl_conf_command
  proxy_cache proxy_cache_path proxy_cache_valid proxy_cache_key proxy_cache_methods proxy_cache_min_uses proxy_cache_lock
  proxy_cache_lock_age proxy_cache_lock_timeout proxy_cache_bypass proxy_no_cache proxy_cache_use_stale proxy_cache_background_update
  proxy_cache_revalidate proxy_cache_max_range_offset proxy_cache_convert_head proxy_store proxy_store_access
  http2 http2_max_concurrent_streams http2_recv_buffer_size http2_body_preread_size http2_chunk_size http3 quic_retry quic_gso
  absolute_redirect port_in_redirect server_name_in_redirect recursive_error_pages autoindex_exact_size autoindex_localtime autoindex_format
  fastcgi_param fastcgi_index fastcgi_split_path_info fastcgi_read_timeout fastcgi_send_timeout fastcgi_connect_timeout fastcgi_buffers
  fastcgi_buffer_size fastcgi_busy_buffers_size fastcgi_temp_file_write_size fastcgi_intercept_errors fastcgi_hide_header fastcgi_cache
  fastcgi_cache_path fastcgi_cache_key fastcgi_cache_valid fastcgi_cache_bypass fastcgi_no_cache fastcgi_cache_use_stale fastcgi_keep_conn
  fastcgi_pass_header fastcgi_ignore_headers uwsgi_param uwsgi_read_timeout uwsgi_buffers uwsgi_buffer_size scgi_param
  ssl_certificate ssl_certificate_key ssl_protocols ssl_ciphers ssl_session_cache ssl_session_timeout ssl_session_tickets
  ssl_session_ticket_key ssl_prefer_server_ciphers ssl_dhparam ssl_ecdh_curve ssl_stapling ssl_stapling_verify ssl_stapling_file
  ssl_stapling_responder ssl_trusted_certificate ssl_buffer_size ssl_early_data ssl_conf_command ssl_password_file ssl_reject_handshake
  sub_filter_once sub_filter_types sub_filter_last_modified add_trailer charset_types override_charset mirror mirror_request_body
`);

/** What nginx does and this one does not, and what changes what a visitor gets: nginx here does not start with them, so that no page is wrong. */
const MISSED = words(`
  fastcgi_pass uwsgi_pass scgi_pass grpc_pass memcached_pass sub_filter stub_status geo split_clients auth_request ssi add_before_body
  add_after_body secure_link random_index satisfy limit_except dav_methods charset_map source_charset image_filter flv mp4 valid_referers
  ssl_verify_client ssl_client_certificate ssl_crl proxy_method proxy_set_body proxy_pass_request_headers proxy_pass_request_body
  proxy_cookie_path proxy_cookie_domain proxy_cookie_flags userid empty_gif perl
`);

/** Directives whose block is a table of values, not of directives. */
const TABLES = words('types map geo upstream split_clients charset_map');

/** Where directives may stand that people put elsewhere: the blocks around them, `main` for none. */
const PLACES: Readonly<Record<string, ReadonlySet<string>>> = {
  ...{
    http: words('main'),
    events: words('main'),
    user: words('main'),
    worker_processes: words('main'),
    pid: words('main'),
  },
  ...{
    worker_connections: words('events'),
    server: words('http'),
    upstream: words('http'),
    map: words('http'),
  },
  ...{ location: words('server location'), listen: words('server'), server_name: words('server') },
  ...{ proxy_pass: words('location if limit_except'), alias: words('location'), internal: words('location') },
  ...{ root: words('http server location if'), index: words('http server location') },
  ...{
    try_files: words('server location'),
    return: words('server location if'),
    rewrite: words('server location if'),
  },
  ...{ ssl_certificate: words('http server'), ssl_certificate_key: words('http server') },
  ...{ log_format: words('http'), limit_req_zone: words('http'), proxy_cache_path: words('http') },
};

const WITHOUT_ARGUMENTS = words('internal break stub_status flv mp4 empty_gif');

/** @throws NginxConfigError for a directive that nginx does not know, or not so */
export function check(directives: readonly NginxDirective[], around = 'main'): void {
  for (const { name, block, args, file, line } of directives) {
    if (!HONOURED.has(name) && !IGNORED.has(name) && !MISSED.has(name))
      throw new NginxConfigError(`unknown directive "${name}" in ${file}:${line}`);
    if (PLACES[name]?.has(around) === false)
      throw new NginxConfigError(`"${name}" directive is not allowed here in ${file}:${line}`);
    if (args.length === 0 && block === undefined && !WITHOUT_ARGUMENTS.has(name))
      throw new NginxConfigError(`invalid number of arguments in "${name}" directive in ${file}:${line}`);
    checkPattern(name, args, file, line);
    if (block && !TABLES.has(name)) check(block, name);
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
    ...(MISSED.has(name) && args[0] !== 'off' ? [`${name} (${file}:${line})`] : []),
    ...(name === 'map' && block?.some((row) => row.name === 'hostnames')
      ? [`map hostnames (${file}:${line})`]
      : []),
    ...(block && !TABLES.has(name) ? findMissed(block) : []),
  ]);
}

/** Variables of nginx's modules, but for those whose names follow from something else. */
const KNOWN = new Set(
  `args binary_remote_addr body_bytes_sent bytes_sent connection connection_requests connection_time connections_active content_length
  content_type date_gmt date_local document_root document_uri fastcgi_path_info fastcgi_script_name geoip_country_code gzip_ratio host
  hostname http2 http3 https invalid_referer is_args limit_conn_status limit_rate limit_req_status msec nginx_version pid pipe proxy_host
  proxy_port proxy_add_x_forwarded_for proxy_protocol_addr proxy_protocol_port query_string realip_remote_addr realip_remote_port
  realpath_root remote_addr remote_port remote_user request request_body request_body_file request_completion request_filename request_id
  request_length request_method request_time request_uri scheme secure_link secure_link_expires server_addr server_name server_port
  server_protocol session_time slice_range status tcpinfo_rtt tcpinfo_rttvar time_iso8601 time_local uid_got uid_set uri`.split(
    /\s+/,
  ),
);

const NAMED_BY = /^(?:\d+|(?:http|sent_http|sent_trailer|arg|cookie|upstream|ssl|jwt)_\w+)$/;

/** Directives whose words name variables of their own. */
const SETTING = new Set(['set', 'map', 'geo', 'split_clients', 'auth_request_set', 'perl_set', 'js_set']);

/** @throws NginxConfigError for a variable that nothing sets */
export function checkVariables(root: readonly NginxDirective[]): void {
  const known = new Set<string>();
  const used: { name: string; at: string }[] = [];
  const visit = ({ name, args, block, file, line }: NginxDirective): void => {
    for (const arg of args) {
      for (const [, group = ''] of arg.matchAll(/\(\?P?<(\w+)>/g)) known.add(group);
      if (name !== 'log_format' && !(SETTING.has(name) && arg === args[name === 'set' ? 0 : args.length - 1]))
        for (const [, braced, plain] of arg.matchAll(/\$(?:\{([a-zA-Z_]\w*)\}|([a-zA-Z_]\w*))/g))
          used.push({ name: braced ?? plain ?? '', at: `${file}:${line}` });
    }
    if (SETTING.has(name)) known.add((name === 'set' ? args[0] : args.at(-1))?.replace(/^\$/, '') ?? '');
    if (name !== 'types') for (const inner of block ?? []) visit(inner);
  };
  for (const directive of root) visit(directive);
  const wrong = used.find(({ name }) => !known.has(name) && !KNOWN.has(name) && !NAMED_BY.test(name));
  if (wrong) throw new NginxConfigError(`unknown "${wrong.name}" variable`);
}
