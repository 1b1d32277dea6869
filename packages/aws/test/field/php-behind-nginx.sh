#!/bin/bash
dnf -y -q install nginx
echo 'location ~ \.php$ { fastcgi_pass unix:/run/php-fpm/www.sock; }' > /etc/nginx/default.d/php.conf
systemctl enable --now nginx
