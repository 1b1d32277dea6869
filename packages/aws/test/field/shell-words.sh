#!/bin/bash
set -euo pipefail
LOG=/tmp/$(basename "$0").log
run() { echo "running: $*" >> "$LOG"; "$@"; }
retry() { local -r most=$1; shift; local n=0; until "$@"; do n=$((n+1)); ((n>=most)) && return 1; done; }
SUDO=
$SUDO mkdir -p /srv/app
DNF="dnf -y -q"
command -v nginx >/dev/null || run $DNF install nginx
command -v nginx | grep -qx /usr/sbin/nginx && type -t nginx | grep -qx file
install=(cp -a /etc/os-release "/srv/app/the release")
"${install[@]}" && test -f '/srv/app/the release'
retry 2 false && exit 8 || true
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
echo "$HERE ${0##*/}" | grep -qx '/var/lib/cloud/instance/scripts part-001'
OWN=secret; export GIVEN=1
env | grep -q '^GIVEN=1' && ! env | grep -q '^OWN=' && ! printenv OWN
ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime && date +%Z | grep -q ^CE
ln -sfn /srv/old /srv/current && ln -sfn /srv/app /srv/current && cat "/srv/current/the release" | grep -q amzn
su - ec2-user -c 'echo "$PWD"' | grep -qx /home/ec2-user
[ "$(file -b -s /dev/nvme1n1)" = data ] && exit 9 || true
{ ls /nowhere 2>&1 || true; } | grep -qx "ls: cannot access '/nowhere': No such file or directory"
ip -4 addr show ens5 | grep -oP '(?<=inet\s)\d+(\.\d+){3}' | grep -qx 10.0.1.12
echo 'version: 1.2.3' | grep -oP 'version: \K[\d.]+' | grep -qx 1.2.3
test "$(seq 3 | paste -sd,)" = 1,2,3
(cd /srv && exec python3 -m http.server 8090) & disown
sleep 1 & wait $!
run systemctl enable --now nginx
cat "$LOG"
