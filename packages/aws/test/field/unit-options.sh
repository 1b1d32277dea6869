#!/bin/bash
dnf install -y -q httpd
cat > /etc/systemd/system/skipped.service <<'U'
[Unit]
ConditionPathExists=/etc/never
[Service]
ExecStart=/bin/false
U
cat > /etc/systemd/system/worker.service <<'U'
[Unit]
Description=Worker
OnFailure=alarm.service
[Service]
DynamicUser=yes
Colour=green
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
U
systemctl start skipped && systemctl is-active skipped
systemctl enable --now httpd
systemctl enable --now worker
echo unreachable
