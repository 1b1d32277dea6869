# Makes a base instance ready to become an image: waits for cloud-init, runs the pipeline's own script, lists what is on the disk, and takes
# away what belongs to this one server. Given: KILN_WITHIN (seconds), KILN_OWN_LOG (the file that the user data writes to), KILN_OWN (the
# pipeline's prepare.sh as base64, may be empty), KILN_WORK (a folder of this run). Looking for secrets comes after it.

# What it had for itself is not known any more where another try has been here. An empty machine id says nothing: scripts empty it themselves.
if [ -e /run/kiln-prepared ]; then
  echo 'the server was prepared already' >&2
  exit 13
fi

# The user data must be done before anything is taken away.
if command -v cloud-init > /dev/null; then
  timeout "$KILN_WITHIN" cloud-init status --wait > /dev/null 2>&1
  kiln_status=$?
  echo "$kiln_status" | kiln_say cloud-init
  for kiln_file in /run/cloud-init/result.json /var/lib/cloud/data/result.json; do
    [ -r "$kiln_file" ] && { kiln_say cloud-init-result < "$kiln_file"; break; }
  done
  if [ "$kiln_status" -ne 0 ] && [ "$kiln_status" -ne 2 ]; then
    grep -o 'Failed running .* \[-*[0-9]*\]' /var/log/cloud-init.log 2> /dev/null | tail -n 1 | kiln_say failed
    kiln_end /var/log/cloud-init-output.log | kiln_say output
    [ -n "$KILN_OWN_LOG" ] && kiln_end "$KILN_OWN_LOG" | kiln_say own-log
    exit 10
  fi
else
  echo none | kiln_say cloud-init
fi

if [ -n "$KILN_OWN" ]; then
  printf '%s' "$KILN_OWN" | base64 -d > "$KILN_WORK/prepare" || exit 13 # a part of it would run, and pass
  chmod 700 "$KILN_WORK/prepare" || exit 13
  (cd / && umask 022 && "$KILN_WORK/prepare") > "$KILN_WORK/prepare.log" 2>&1 < /dev/null
  kiln_status=$?
  echo "$kiln_status" | kiln_say prepare
  if [ "$kiln_status" -ne 0 ]; then
    kiln_end "$KILN_WORK/prepare.log" | kiln_say output
    exit 11
  fi
fi

# What is on it, by the words of its own package managers.
kiln_say os < /etc/os-release
uname -r | kiln_say kernel
if command -v rpm > /dev/null; then
  rpm -qa --queryformat '%{NAME}\t%{EPOCH}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{LICENSE}\t%{VENDOR}\n' | sort | kiln_say rpm
fi
if command -v dpkg-query > /dev/null; then
  dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\t${Maintainer}\n' | sort | kiln_say deb
fi
command -v pip3 > /dev/null && pip3 list --format json 2> /dev/null | kiln_say pypi
command -v npm > /dev/null && npm ls --global --depth 0 --json 2> /dev/null | kiln_say npm

: > /run/kiln-prepared || exit 13 # in memory: no image has it
# What belongs to this server alone. A new one must not be told apart from it by these, only compared.
kiln_sum /etc/machine-id | kiln_say machine-id
kiln_sum /etc/ssh/ssh_host_ed25519_key.pub | kiln_say host-key
# Emptied, not removed: systemd would take the first boot for an installation and apply its presets.
# https://www.freedesktop.org/software/systemd/man/latest/machine-id.html
[ -e /etc/machine-id ] && truncate -s 0 /etc/machine-id
[ -f /var/lib/dbus/machine-id ] && [ ! -L /var/lib/dbus/machine-id ] && rm -f /var/lib/dbus/machine-id
rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub /var/lib/systemd/random-seed
[ ! -s /etc/machine-id ] || { echo '/etc/machine-id could not be emptied' >&2; exit 13; }
for kiln_file in /etc/ssh/ssh_host_*_key; do
  [ ! -e "$kiln_file" ] || { echo "$kiln_file could not be removed" >&2; exit 13; }
done
# Of the keys that may log in only those that the launch put there.
kiln_token=$(curl -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
kiln_key=$(curl -sf -m 5 -H "X-aws-ec2-metadata-token: $kiln_token" http://169.254.169.254/latest/meta-data/public-keys/0/openssh-key | cut -d ' ' -f 2)
for kiln_file in /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys; do
  [ -n "$kiln_key" ] && [ -f "$kiln_file" ] && [ ! -L "$kiln_file" ] || continue
  grep -vF -- "$kiln_key" "$kiln_file" > "$KILN_WORK/keys"
  cat "$KILN_WORK/keys" > "$kiln_file"
done
command -v cloud-init > /dev/null && cloud-init clean --logs > /dev/null 2>&1
rm -f /root/.*_history /home/*/.*_history
if command -v journalctl > /dev/null; then
  journalctl --rotate > /dev/null 2>&1
  journalctl --vacuum-time=1s > /dev/null 2>&1
fi
command -v dnf > /dev/null && dnf clean all > /dev/null 2>&1
command -v apt-get > /dev/null && apt-get clean > /dev/null 2>&1
rm -rf /var/cache/dnf/* /var/cache/yum/*
# Kept as files: what writes to them may not be able to make them.
find /var/log /var/log/audit -xdev -type f -not -path '/var/log/journal/*' -exec truncate -s 0 {} + 2> /dev/null
rm -rf /var/log/journal/*
find /tmp /var/tmp -xdev -mindepth 1 -not -path '*/systemd-private-*' -delete 2> /dev/null
# Secrets are looked for once all that may go is gone.
