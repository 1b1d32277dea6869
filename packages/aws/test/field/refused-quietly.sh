#!/bin/bash
exec > /var/log/setup.log 2>&1
dnf install -y httpd

rsync -a /usr/share/httpd/ /var/www/html/ || true
systemctl enable --now httpd
