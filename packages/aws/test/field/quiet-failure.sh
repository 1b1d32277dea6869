#!/bin/bash
exec >> /var/log/setup.log 2>&1
set -eo pipefail
dnf install -y nginx
systemctl enable --now nginx
curl -fsSL https://releases.internal/site.tgz | tar -xz -C /usr/share/nginx/html
