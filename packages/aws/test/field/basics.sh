#!/bin/bash
set -euo pipefail
fallocate -l 2G /swap.img && chmod 0600 /swap.img
mkswap /swap.img
swapon /swap.img && swapon --show | grep -q /swap.img
free -m | grep '^Swap: *2047'
grep -q '^/swap.img' /proc/swaps && swapon -s | grep -q ^Filename
echo '/swap.img swap swap defaults 0 0' | tee -a /etc/fstab
mkdir -p /srv/cache && mount -t tmpfs -o size=64m tmpfs /srv/cache && mountpoint -q /srv/cache
dd if=/dev/urandom of=/etc/app.key bs=32 count=1 status=none && [ "$(stat -c %s /etc/app.key)" = 32 ]
yum install -y httpd cronie tzdata ca-certificates rsyslog glibc-langpack-en
systemctl enable --now crond rsyslog
{ crontab -l 2>/dev/null || true; echo '@hourly /usr/bin/true'; } | crontab -
crontab -l | grep -q hourly
printf '/var/log/app/*.log {\n  weekly\n  rotate 4\n  missingok\n  postrotate\n    systemctl reload httpd\n  endscript\n}\n' > /etc/logrotate.d/app
logrotate --debug /etc/logrotate.d/app
ssh-keygen -q -t ed25519 -N '' -C deploy -f /root/.ssh_deploy
ssh-keygen -l -f /root/.ssh_deploy.pub | grep -q ED25519
flock -n /var/lock/setup.lock touch /run/locked && test -f /run/locked
useradd --system --no-create-home --shell /sbin/nologin app && usermod -aG wheel app && passwd -l app
echo 'app ALL=(ALL) NOPASSWD: /usr/bin/systemctl' > /etc/sudoers.d/app && visudo -cf /etc/sudoers.d/app
timedatectl set-timezone Europe/Oslo && hostnamectl set-hostname web && localectl set-locale LANG=C.UTF-8
ip -4 addr show ens5 | grep -q 'inet 10\.' && ss -ltn > /dev/null && lsblk | grep -q ' /$'
echo "Welcome to $(hostname)" > /var/www/html/index.html
systemctl enable --now httpd && less /var/www/html/index.html
