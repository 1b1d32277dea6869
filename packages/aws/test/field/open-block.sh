#!/bin/bash
dnf install -y httpd
echo Welcome > /var/www/html/index.html
systemctl enable --now httpd
for name in a b; do
  echo $name
