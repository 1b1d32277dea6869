import { MIME_TYPES_FILE } from '../web/mime-types';
import { type Package, serviceUser } from './package';

const VERSION = { version: '2.4.62', release: '1.amzn2023', arch: 'native' } as const;

const HTTPD_CONF = `# The Apache HTTP server's main configuration file.

ServerRoot "/etc/httpd"

Listen 80

Include conf.modules.d/*.conf

User apache
Group apache

ServerAdmin root@localhost

#ServerName www.example.com:80

<Directory />
    AllowOverride none
    Require all denied
</Directory>

DocumentRoot "/var/www/html"

<Directory "/var/www">
    AllowOverride None
    Require all granted
</Directory>

<Directory "/var/www/html">
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>

<IfModule dir_module>
    DirectoryIndex index.html
</IfModule>

<Files ".ht*">
    Require all denied
</Files>

ErrorLog "logs/error_log"

LogLevel warn

<IfModule log_config_module>
    LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
    LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
    CustomLog "logs/access_log" combined
</IfModule>

<IfModule alias_module>
    ScriptAlias /cgi-bin/ "/var/www/cgi-bin/"
</IfModule>

<Directory "/var/www/cgi-bin">
    AllowOverride None
    Options None
    Require all granted
</Directory>

<IfModule mime_module>
    TypesConfig /etc/mime.types
    AddType application/x-compress .Z
    AddType application/x-gzip .gz .tgz
    AddType text/html .shtml
    AddOutputFilter INCLUDES .shtml
</IfModule>

AddDefaultCharset UTF-8

<IfModule mime_magic_module>
    MIMEMagicFile conf/magic
</IfModule>

EnableSendfile on

IncludeOptional conf.d/*.conf
`;

const WELCOME_CONF = `# The welcome page, shown while there is no index page at the root.
<LocationMatch "^/+$">
    Options -Indexes
    ErrorDocument 403 /.noindex.html
</LocationMatch>

<Directory /usr/share/httpd/noindex>
    AllowOverride None
    Require all granted
</Directory>

Alias /.noindex.html /usr/share/httpd/noindex/index.html
`;

const NOINDEX_PAGE = `<html>
  <head><title>It works!</title></head>
  <body>
    <h1>It works!</h1>
    <p>This page is shown because no content has been added to this website.</p>
  </body>
</html>
`;

const UNIT = `[Unit]
Description=The Apache HTTP Server
Wants=httpd-init.service
After=network.target remote-fs.target nss-lookup.target httpd-init.service
Documentation=man:httpd.service(8)

[Service]
Type=notify
Environment=LANG=C
ExecStart=/usr/sbin/httpd $OPTIONS -DFOREGROUND
ExecReload=/usr/sbin/httpd $OPTIONS -k graceful
KillMode=mixed
KillSignal=SIGWINCH
PrivateTmp=true
OOMPolicy=continue

[Install]
WantedBy=multi-user.target
`;

const MODULES = `LoadModule alias_module modules/mod_alias.so
LoadModule auth_basic_module modules/mod_auth_basic.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule autoindex_module modules/mod_autoindex.so
LoadModule deflate_module modules/mod_deflate.so
LoadModule dir_module modules/mod_dir.so
LoadModule expires_module modules/mod_expires.so
LoadModule headers_module modules/mod_headers.so
LoadModule log_config_module modules/mod_log_config.so
LoadModule mime_module modules/mod_mime.so
LoadModule negotiation_module modules/mod_negotiation.so
LoadModule setenvif_module modules/mod_setenvif.so
LoadModule unixd_module modules/mod_unixd.so
`;

const apache = serviceUser('apache', 48, 'Apache', '/usr/share/httpd');

export const HTTPD_PACKAGES: readonly Package[] = [
  {
    ...VERSION,
    name: 'httpd',
    summary: 'Apache HTTP Server',
    size: 48,
    requires: [
      'httpd-core',
      'httpd-tools',
      'httpd-filesystem',
      'mailcap',
      'generic-logos-httpd',
      'mod_http2',
      'mod_lua',
    ],
    provides: ['webserver', '/usr/sbin/httpd'],
    files: [
      { path: '/usr/lib/systemd/system/httpd.service', content: UNIT },
      { path: '/etc/sysconfig/httpd', content: 'LANG=C\n', config: true },
    ],
  },
  {
    ...VERSION,
    name: 'httpd-core',
    summary: 'httpd minimal core',
    size: 1400,
    requires: ['apr', 'apr-util', 'apr-util-openssl', 'libbrotli'],
    programs: ['/usr/sbin/httpd', '/usr/sbin/apachectl'],
    files: [
      { path: '/etc/httpd/conf/httpd.conf', content: HTTPD_CONF, config: true },
      { path: '/etc/httpd/conf.modules.d/00-base.conf', content: MODULES, config: true },
      { path: '/etc/httpd/conf.d/welcome.conf', content: WELCOME_CONF, config: true },
    ],
    directories: ['/var/log/httpd', '/run/httpd', '/var/www/cgi-bin'],
    symlinks: [
      ['/etc/httpd/logs', '../../var/log/httpd'],
      ['/etc/httpd/run', '/run/httpd'],
    ],
  },
  {
    ...VERSION,
    name: 'httpd-filesystem',
    arch: 'noarch',
    summary: 'The basic directory layout for the Apache HTTP Server',
    size: 14,
    directories: ['/etc/httpd/conf.d', '/var/www/html', '/usr/share/httpd'],
    users: [apache],
  },
  { ...VERSION, name: 'httpd-tools', summary: 'Tools for use with the Apache HTTP Server', size: 81 },
  {
    name: 'generic-logos-httpd',
    version: '18.0.0',
    release: '12.amzn2023.0.3',
    arch: 'noarch',
    summary: 'Icons and pictures for httpd',
    size: 19,
    files: [{ path: '/usr/share/httpd/noindex/index.html', content: NOINDEX_PAGE }],
  },
  {
    name: 'mailcap',
    version: '2.1.49',
    release: '3.amzn2023.0.3',
    arch: 'noarch',
    summary: 'Helper application and MIME type associations for file types',
    size: 33,
    files: [{ path: '/etc/mime.types', content: MIME_TYPES_FILE, config: true }],
  },
  {
    name: 'apr',
    version: '1.7.5',
    release: '1.amzn2023.0.4',
    arch: 'native',
    summary: 'Apache Portable Runtime library',
    size: 129,
  },
  {
    name: 'apr-util',
    version: '1.6.3',
    release: '1.amzn2023.0.1',
    arch: 'native',
    summary: 'Apache Portable Runtime Utility library',
    size: 98,
  },
  {
    name: 'apr-util-openssl',
    version: '1.6.3',
    release: '1.amzn2023.0.1',
    arch: 'native',
    summary: 'APR utility library OpenSSL crypto support',
    size: 17,
  },
  {
    name: 'libbrotli',
    version: '1.0.9',
    release: '4.amzn2023.0.2',
    arch: 'native',
    summary: 'Library for brotli lossless compression algorithm',
    size: 315,
  },
  {
    name: 'mod_http2',
    version: '2.0.27',
    release: '1.amzn2023.0.3',
    arch: 'native',
    summary: 'Module implementing HTTP/2 for Apache 2',
    size: 166,
  },
  { ...VERSION, name: 'mod_lua', summary: 'Lua scripting support for the Apache HTTP Server', size: 61 },
];
