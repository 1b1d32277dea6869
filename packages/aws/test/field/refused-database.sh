#!/bin/bash
dnf install -y httpd php8.2 php8.2-mysqlnd mariadb1011-server
systemctl enable --now httpd mariadb
echo '<?php phpinfo();' > /var/www/html/index.php
