#!/bin/bash
dnf install -y -q nginx
try() { echo "$1" > /etc/nginx/conf.d/site.conf; nginx -t; }
try 'location / { return 200 ok; }'
try 'server { listen 80; return 200 $hostnam; }'
try 'server { listen 80 default_server; } server { listen 80 default_server; }'
try 'server { listen 80; proxy_buffer 4k; }'
try 'server { listen 8080; location / { auth_request /login; } }'
