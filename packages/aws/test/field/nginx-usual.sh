#!/bin/bash -e
dnf install -y -q nginx
cat > /etc/nginx/conf.d/site.conf <<'N'
proxy_cache_path /var/cache/nginx levels=1:2 keys_zone=pages:10m inactive=60m use_temp_path=off;
limit_req_zone $binary_remote_addr zone=calls:10m rate=10r/s;
map $http_upgrade $connection_upgrade { default upgrade; '' close; }
map $http_user_agent $robot { default 0; ~*(bot|spider) 1; }
upstream app { least_conn; server 127.0.0.1:3000 max_fails=3 fail_timeout=30s; keepalive 32; }
server {
  listen 80 default_server;
  listen [::]:80 default_server;
  client_body_buffer_size 16k;
  gzip_buffers 16 8k;
  if ($robot) { return 403; }
  location / { default_type text/plain; return 200 "Welcome to $hostname, $http_x_name\n"; }
  location /api/ {
    limit_req zone=calls burst=20 nodelay;
    limit_req_status 429;
    proxy_cache pages;
    proxy_hide_header X-Powered-By;
    proxy_next_upstream error timeout;
    proxy_set_header Connection $connection_upgrade;
    proxy_intercept_errors on;
    proxy_pass http://app/;
  }
}
N
nginx -t
systemctl enable --now nginx
curl -s -o /dev/null -A 'Googlebot/2.1' -w 'robots %{http_code}\n' localhost
