#!/bin/bash
dnf -y -q install nginx
cat > /etc/nginx/conf.d/app.conf <<'N'
upstream app {
  server 127.0.0.1:3000;
  server app.internal:3000;
}
server { listen 8080; location / { proxy_pass http://app; } }
N
systemctl enable --now nginx || nginx -t
