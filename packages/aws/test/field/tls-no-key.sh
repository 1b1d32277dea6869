#!/bin/bash
dnf -y -q install nginx
echo 'server { listen 443 ssl; ssl_certificate /etc/nginx/none.pem; ssl_certificate_key /etc/nginx/none.key; }' > /etc/nginx/conf.d/web.conf
nginx -t && systemctl enable --now nginx
