#!/bin/bash
# Makes a fresh Amazon Linux 2023 a web server of the site. Given: SITE, the S3 address of the site's archive.
set -euo pipefail

dnf install -y httpd

aws s3 cp "$SITE" /tmp/site.tar.gz
# --touch: the archive has no times, and browsers revalidate by them.
tar --touch -xzf /tmp/site.tar.gz -C /var/www/html
rm /tmp/site.tar.gz

# Longer than the load balancer keeps an idle connection (60 s): else its next request may meet one that httpd is closing, which is a 502.
cat > /etc/httpd/conf.d/site.conf <<'CONF'
ErrorDocument 404 /404.html
KeepAliveTimeout 75
CONF

# Enabled, not only started: servers launched from the image get no user data.
systemctl enable --now httpd
