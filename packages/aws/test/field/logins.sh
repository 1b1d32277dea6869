#!/bin/bash
set -e
dnf install -y -q nginx httpd httpd-tools
htpasswd -bc /etc/nginx/.htpasswd ops 'open sesame'
printf 'root:%s\n' "$(openssl passwd -apr1 tops)" >> /etc/nginx/.htpasswd
cat > /etc/nginx/conf.d/ops.conf <<'N'
server {
  listen 8080;
  auth_basic "Operators";
  auth_basic_user_file .htpasswd;
  location / { return 200 "before any login\n"; }
  location /in { alias /usr/share/nginx/html/; }
}
N
cat > /etc/httpd/conf.d/ops.conf <<'A'
<Location /closed>
  AuthType Basic
  AuthName Members
  AuthUserFile /etc/nginx/.htpasswd
  Require user ops
</Location>
A
sed -i 's/^Listen 80$/Listen 8081/' /etc/httpd/conf/httpd.conf
mkdir /var/www/html/closed && echo members > /var/www/html/closed/index.html
printf 'Redirect gone /gone\nRedirect /old /closed/\n' > /var/www/html/.htaccess
sed -i 's/AllowOverride None/AllowOverride All/' /etc/httpd/conf/httpd.conf
systemctl enable --now nginx httpd
ask() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
echo "nginx $(ask localhost:8080/in/) $(ask -u ops:wrong localhost:8080/in/) $(ask -u 'ops:open sesame' localhost:8080/in/) $(ask -u root:tops localhost:8080/in/)"
echo "httpd $(ask localhost:8081/closed/) $(ask -u 'ops:open sesame' localhost:8081/closed/) $(ask -u root:tops localhost:8081/closed/)"
echo "moved $(ask localhost:8081/gone) $(ask localhost:8081/old)"
