#!/bin/bash
dnf install -y -q httpd
systemctl enable --now httpd
cat > /etc/httpd/conf.d/headers.conf <<'A'
Header always set Strict-Transport-Security "max-age=31536000" "expr=%{HTTPS} == 'on'"
Header edit Set-Cookie ^(.*)$ $1;HttpOnly;Secure
A
systemctl reload httpd
curl -sI localhost | grep -ci strict-transport
echo 'Header set X-Quick yes env=quick' >> /etc/httpd/conf.d/headers.conf
systemctl reload httpd
echo unreachable
