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

if kiln_wanted identity; then
  {
    [ -s /etc/machine-id ] || echo '/etc/machine-id is empty'
    [ -n "$KILN_MACHINE_ID" ] && [ "$(kiln_sum /etc/machine-id)" = "$KILN_MACHINE_ID" ] && echo '/etc/machine-id is that of the base instance'
    [ -n "$KILN_HOST_KEY" ] && [ "$(kiln_sum /etc/ssh/ssh_host_ed25519_key.pub)" = "$KILN_HOST_KEY" ] && echo '/etc/ssh/ssh_host_ed25519_key is that of the base instance'
    :
  } > "$KILN_WORK/check"
  [ -s "$KILN_WORK/check" ] && kiln_say check-identity < "$KILN_WORK/check"
fi

if command -v systemctl > /dev/null && kiln_wanted failedUnits; then
  systemctl list-units --state=failed --plain --no-legend > "$KILN_WORK/check" 2> /dev/null
  [ -s "$KILN_WORK/check" ] && kiln_say check-failedUnits < "$KILN_WORK/check"
fi

# Enabled and started at the boot, but not there any more. What does its work once and ends, and what a condition kept from starting, is well.
if command -v systemctl > /dev/null && kiln_wanted enabledServices; then
  systemctl list-unit-files --type=service --state=enabled --plain --no-legend 2> /dev/null | while read -r kiln_unit kiln_rest; do
    case "$kiln_unit" in *@.service) continue ;; esac
    systemctl show "$kiln_unit" --property=Type --property=ActiveState --property=ConditionResult --property=ConditionTimestampMonotonic > "$KILN_WORK/unit" 2> /dev/null
    grep -q '^Type=oneshot$' "$KILN_WORK/unit" && continue
    grep -q '^ActiveState=active$' "$KILN_WORK/unit" && continue
    grep -q '^ConditionResult=no$' "$KILN_WORK/unit" && continue
    grep -q '^ConditionTimestampMonotonic=0$' "$KILN_WORK/unit" && continue
    echo "$kiln_unit is enabled and $(sed -n 's/^ActiveState=//p' "$KILN_WORK/unit")"
  done > "$KILN_WORK/check"
  [ -s "$KILN_WORK/check" ] && kiln_say check-enabledServices < "$KILN_WORK/check"
fi

if kiln_wanted worldWritable; then
  find /etc -xdev -maxdepth 0 -type d -perm -0002 > /dev/null || exit 13 # one that cannot look must not find nothing
  find /etc /usr /boot /bin /sbin /lib /lib64 -xdev -type f -perm -0002 2> /dev/null | sort -u | head -n 20 > "$KILN_WORK/check"
  [ -s "$KILN_WORK/check" ] && kiln_say check-worldWritable < "$KILN_WORK/check"
fi

if kiln_wanted diskSpace; then
  kiln_used=$(df -P / | tail -n 1 | awk '{ sub("%", "", $5); print $5 }')
  [ "${kiln_used:-0}" -gt 90 ] && df -P -h / | kiln_say check-diskSpace
fi

# The first that fails ends it: those after it may rest on it.
printf '%s' "$KILN_TESTS" | while read -r kiln_name kiln_script; do
  printf '%s' "$kiln_script" | base64 -d > "$KILN_WORK/test.sh"
  chmod 700 "$KILN_WORK/test.sh"
  (cd / && umask 022 && "$KILN_WORK/test.sh") > "$KILN_WORK/test.log" 2>&1 < /dev/null
  kiln_status=$?
  echo "$kiln_name $kiln_status" | kiln_say test
  [ "$kiln_status" -eq 0 ] && continue
  kiln_end "$KILN_WORK/test.log" | kiln_say output
  break
done
echo done | kiln_say end
