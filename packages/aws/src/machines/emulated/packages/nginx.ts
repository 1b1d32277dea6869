import { type Package, serviceUser } from './package';

const VERSION = { version: '1.28.0', release: '1.amzn2023.0.2' } as const;

const NGINX_CONF = `user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;

include /usr/share/nginx/modules/*.conf;

events {
    worker_connections 1024;
}

http {
    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile            on;
    tcp_nopush          on;
    keepalive_timeout   65;
    types_hash_max_size 4096;

    include             /etc/nginx/mime.types;
    default_type        application/octet-stream;

    include /etc/nginx/conf.d/*.conf;

    server {
        listen       80;
        listen       [::]:80;
        server_name  _;
        root         /usr/share/nginx/html;

        include /etc/nginx/default.d/*.conf;

        error_page 404 /404.html;
        location = /404.html {
        }

        error_page 500 502 503 504 /50x.html;
        location = /50x.html {
        }
    }
}
`;

const UNIT = `[Unit]
Description=The nginx HTTP and reverse proxy server
After=network-online.target remote-fs.target nss-lookup.target
Wants=network-online.target

[Service]
Type=forking
PIDFile=/run/nginx.pid
ExecStartPre=/usr/bin/rm -f /run/nginx.pid
ExecStartPre=/usr/sbin/nginx -t
ExecStart=/usr/sbin/nginx
ExecReload=/usr/sbin/nginx -s reload
KillSignal=SIGQUIT
TimeoutStopSec=5
KillMode=mixed
PrivateTmp=true

[Install]
WantedBy=multi-user.target
`;

const page = (title: string, text: string) => `<!DOCTYPE html>
<html>
<head><title>${title}</title></head>
<body>
<h1>${title}</h1>
<p>${text}</p>
</body>
</html>
`;

export const NGINX_PACKAGES: readonly Package[] = [
  {
    ...VERSION,
    name: 'nginx',
    arch: 'native',
    summary: 'A high performance web server and reverse proxy server',
    size: 33,
    requires: ['nginx-core', 'nginx-filesystem', 'nginx-mimetypes', 'generic-logos-httpd'],
    provides: ['webserver'],
    files: [{ path: '/usr/lib/systemd/system/nginx.service', content: UNIT }],
  },
  {
    ...VERSION,
    name: 'nginx-core',
    arch: 'native',
    summary: 'nginx minimal core',
    size: 686,
    programs: ['/usr/sbin/nginx'],
    files: [
      { path: '/etc/nginx/nginx.conf', content: NGINX_CONF, config: true },
      {
        path: '/usr/share/nginx/html/index.html',
        content: page(
          'Welcome to nginx!',
          'If you see this page, the nginx web server is successfully installed and working.',
        ),
      },
      { path: '/usr/share/nginx/html/404.html', content: page('404 Not Found', 'The page was not found.') },
      {
        path: '/usr/share/nginx/html/50x.html',
        content: page('An error occurred.', 'Please try again later.'),
      },
    ],
    directories: ['/etc/nginx/conf.d', '/etc/nginx/default.d', '/usr/share/nginx/modules', '/var/log/nginx'],
  },
  {
    ...VERSION,
    name: 'nginx-filesystem',
    arch: 'noarch',
    summary: 'The basic directory layout for the Nginx server',
    size: 9,
    users: [serviceUser('nginx', 994, 'Nginx web server', '/var/lib/nginx')],
  },
  {
    name: 'nginx-mimetypes',
    version: '2.1.49',
    release: '3.amzn2023.0.3',
    arch: 'noarch',
    summary: 'MIME type mappings for nginx',
    size: 21,
    files: [
      { path: '/etc/nginx/mime.types', content: 'types {\n    text/html html htm shtml;\n}\n', config: true },
    ],
  },
];
