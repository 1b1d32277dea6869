# Tests a server that was booted from the image: that it is a server of its own, that its services run, and what the pipeline tests itself.
# Given: KILN_WITHIN (seconds), KILN_TESTS (names and scripts, `name base64` a line), KILN_WORK (a folder of this run), KILN_SKIPPED (checks
# that are not made, with spaces around each), KILN_MACHINE_ID and KILN_HOST_KEY (those of the base instance, as sums).
kiln_wanted() { case "$KILN_SKIPPED" in *" $1 "*) return 1 ;; esac; }

# A server that still boots has neither all its services nor its keys.
if command -v cloud-init > /dev/null; then
  timeout "$KILN_WITHIN" cloud-init status --wait > /dev/null 2>&1
  kiln_status=$?
  if [ "$kiln_status" -ne 0 ] && [ "$kiln_status" -ne 2 ] && kiln_wanted cloudInit; then
    {
      echo "cloud-init status says $kiln_status"
      cat /run/cloud-init/result.json 2> /dev/null
    } | kiln_say check-cloudInit
  fi
fi
command -v systemctl > /dev/null && timeout "$KILN_WITHIN" systemctl is-system-running --wait > /dev/null 2>&1

# What is found is kept in variables: a full disk must not hide it. A command that fails is no answer either.
kiln_tell() {
  [ -z "$2" ] || printf '%s\n' "$2" | kiln_say "check-$1"
}

if kiln_wanted identity; then
  kiln_found=$(
    [ -s /etc/machine-id ] || echo '/etc/machine-id is empty'
    [ -n "$KILN_MACHINE_ID" ] && [ "$(kiln_sum /etc/machine-id)" = "$KILN_MACHINE_ID" ] && echo '/etc/machine-id is that of the base instance'
    [ -n "$KILN_HOST_KEY" ] && [ "$(kiln_sum /etc/ssh/ssh_host_ed25519_key.pub)" = "$KILN_HOST_KEY" ] && echo '/etc/ssh/ssh_host_ed25519_key is that of the base instance'
    :
  ) || exit 13
  kiln_tell identity "$kiln_found"
fi

if command -v systemctl > /dev/null && kiln_wanted failedUnits; then
  kiln_found=$(systemctl list-units --state=failed --plain --no-legend 2> "$KILN_WORK/errors") || kiln_found="systemctl list-units ended with status $?: $(cat "$KILN_WORK/errors")"
  kiln_tell failedUnits "$kiln_found"
fi

# Enabled and started at the boot, but not there any more. What does its work once and ends, and what a condition kept from starting, is well.
if command -v systemctl > /dev/null && kiln_wanted enabledServices; then
  if kiln_units=$(systemctl list-unit-files --type=service --state=enabled --plain --no-legend 2> "$KILN_WORK/errors"); then
    kiln_found=$(
      printf '%s\n' "$kiln_units" | while read -r kiln_unit kiln_rest; do
        # Some do their work once, or find none, and do not say so: of stock images those for hibernation, for interrupts and for snaps.
        case "$kiln_unit" in '' | *@.service | hibinit-agent.service | irqbalance.service | snapd.service) continue ;; esac
        kiln_unit_is=$(systemctl show "$kiln_unit" --property=Type --property=ActiveState --property=ConditionResult --property=ConditionTimestampMonotonic 2> /dev/null)
        # dmesg.service of Ubuntu is idle.
        case "$kiln_unit_is" in *Type=oneshot* | *Type=idle* | *ActiveState=active* | *ConditionResult=no*) continue ;; esac
        printf '%s\n' "$kiln_unit_is" | grep -q '^ConditionTimestampMonotonic=0$' && continue
        echo "$kiln_unit is enabled and $(printf '%s\n' "$kiln_unit_is" | sed -n 's/^ActiveState=//p')"
      done
    )
  else
    kiln_found="systemctl list-unit-files failed: $(cat "$KILN_WORK/errors")"
  fi
  kiln_tell enabledServices "$kiln_found"
fi

if kiln_wanted worldWritable; then
  find /etc -xdev -maxdepth 0 -type d -perm -0002 > /dev/null || exit 13 # one that cannot look must not find nothing
  kiln_found=$(find /etc /usr /boot /bin /sbin /lib /lib64 -xdev -type f -perm -0002 2> /dev/null | sort -u | head -n 20)
  kiln_tell worldWritable "$kiln_found"
fi

if kiln_wanted diskSpace; then
  kiln_used=$(df -P / | tail -n 1 | awk '{ sub("%", "", $5); print $5 }')
  if [ -z "$kiln_used" ]; then
    kiln_tell diskSpace 'df does not say how full it is'
  elif [ "$kiln_used" -gt 90 ]; then
    kiln_tell diskSpace "$(df -P -h /)"
  fi
fi

# The first that fails ends it: those after it may rest on it. One of which only a part could be written would run, and pass.
printf '%s' "$KILN_TESTS" | while read -r kiln_name kiln_script; do
  printf '%s' "$kiln_script" | base64 -d > "$KILN_WORK/test.sh" || { echo "tests/$kiln_name could not be written" >&2; exit 13; }
  chmod 700 "$KILN_WORK/test.sh" || exit 13
  (cd / && umask 022 && "$KILN_WORK/test.sh") > "$KILN_WORK/test.log" 2>&1 < /dev/null
  kiln_status=$?
  echo "$kiln_name $kiln_status" | kiln_say test
  [ "$kiln_status" -eq 0 ] && continue
  kiln_end "$KILN_WORK/test.log" | kiln_say output
  break
done || exit 13
echo done | kiln_say end
