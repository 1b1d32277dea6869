#!/bin/bash
printf '[Socket]\nListenStream=8080\n[Install]\nWantedBy=sockets.target\n' > /etc/systemd/system/app.socket
printf '[Service]\nExecStart=/bin/cat\n' > /etc/systemd/system/app.service
systemctl enable --now app.socket
