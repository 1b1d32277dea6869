#!/bin/bash -eu
dnf -y -q install nginx
openssl req -x509 -nodes -newkey rsa:2048 -days 30 -subj '/C=NO/ST=Oslo/O=Test, Inc./OU=IT/CN=www.example.org/emailAddress=ops@example.org' -addext 'subjectAltName=DNS:www.example.org' \
  -keyout /etc/pki/tls/private/web.key -out /etc/pki/tls/certs/web.crt
openssl x509 -in /etc/pki/tls/certs/web.crt -noout -subject | grep -q www.example.org
openssl dhparam -out /etc/pki/tls/dh.pem 2048 && grep -q 'BEGIN DH PARAMETERS' /etc/pki/tls/dh.pem
cat > /etc/nginx/conf.d/web.conf <<'N'
server { listen 80 default_server; return 301 https://$host$request_uri; }
server {
  listen 443 ssl;
  server_name www.example.org;
  ssl_certificate /etc/pki/tls/certs/web.crt;
  ssl_certificate_key /etc/pki/tls/private/web.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_dhparam /etc/pki/tls/dh.pem;
  ssl_session_tickets off;
  location / { return 200 "Welcome over $scheme\n"; }
}
N
nginx -t && systemctl enable --now nginx
curl -sk https://localhost/ | grep -q 'Welcome over https'
curl -s https://localhost/ || echo "curl $?"
