#!/bin/bash
dnf install -y nginx
echo 'Welcome' > /usr/share/nginx/html/index.html
systemctl enable --now nginx
if [ -f /etc/motd ]; then
  echo 'never closed
fi
