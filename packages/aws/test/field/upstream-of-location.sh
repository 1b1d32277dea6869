#!/bin/bash
dnf -y -q install nginx
echo 'server { listen 8080; location /api/ { proxy_pass http://api.internal/v1/; } location / { return 200 ok; } }' > /etc/nginx/conf.d/app.conf
nginx -t && systemctl enable --now nginx
