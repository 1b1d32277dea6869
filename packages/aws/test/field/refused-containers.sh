#!/bin/bash
dnf install -y httpd
echo Welcome > /var/www/html/index.html
yum install -y docker 2>/dev/null || true
systemctl enable --now httpd
