#!/bin/bash
/usr/local/bin/my-server --port 8080 &
my-other-server --port 8081 > /var/log/other.log 2>&1 &
nohup my-third-server &
