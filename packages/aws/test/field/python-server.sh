#!/bin/bash
cat > /opt/app.py <<'P'
from http.server import HTTPServer, SimpleHTTPRequestHandler
HTTPServer(("", 8080), SimpleHTTPRequestHandler).serve_forever()
P
printf '[Service]\nExecStart=/usr/bin/python3 /opt/app.py\n[Install]\nWantedBy=multi-user.target\n' > /etc/systemd/system/app.service
systemctl enable --now app
sleep 1
