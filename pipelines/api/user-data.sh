#!/bin/bash
# Makes a fresh Amazon Linux 2023 a web server of the API's documents. Given: SITE, the S3 address of their archive.
set -euo pipefail

dnf install -y httpd

# The load balancer sends /api/* here as it is, so the documents are where their addresses say.
mkdir -p /var/www/html/api
aws s3 cp "$SITE" /tmp/site.tar.gz
# --touch: the archive has no times, and browsers revalidate by them.
tar --touch -xzf /tmp/site.tar.gz -C /var/www/html/api
rm /tmp/site.tar.gz

# Longer than the load balancer keeps an idle connection (60 s): else its next request may meet one that httpd is closing, which is a 502.
echo 'KeepAliveTimeout 75' > /etc/httpd/conf.d/site.conf

# Enabled, not only started: servers launched from the image get no user data.
systemctl enable --now httpd
