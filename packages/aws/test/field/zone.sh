#!/bin/bash
set -e
test "$(date +%Z)" = UTC
timedatectl set-timezone Asia/Tokyo
test "$(date +%z)" = +0900
timedatectl set-timezone Europe/Oslo
date -d @0 '+%H %Z' | grep -qx '01 CET'
date -u -d @0 '+%H %Z' | grep -qx '00 UTC'
TZ=America/New_York date -d @0 '+%d %H %Z' | grep -qx '31 19 EST'
timedatectl | grep -q 'Europe/Oslo (CE.*T, +0.00)'
timedatectl set-timezone Europe/Osslo && exit 9 || test $? = 1
