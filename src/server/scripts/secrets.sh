# Looks for the values of secrets on all disks and on the console. Given: kiln_secrets (a function that reads secrets, one a line, and the
# console), KILN_SECRET_COUNT (how many they are), KILN_WORK and KILN_MEMORY (folders of this run, on the disk and in memory). What is once
# written to a disk is in its snapshot, removed or not: secrets stay in memory.
kiln_secrets > "$KILN_MEMORY/secrets" || exit 13

# Disks that are mounted into that of / become part of the image, too. The spaces in their names are written as numbers.
kiln_disks=(/)
while read -r kiln_device kiln_mount kiln_rest; do
  case "$kiln_device $kiln_mount" in
    '/dev/'*' /' | /dev/loop* | /dev/fuse*) continue ;;
    /dev/*) kiln_disks+=("$(printf '%b' "$kiln_mount")") ;;
  esac
done < /proc/mounts

# Where the lines of a file stand, on the disks and on the console. It is itself the first place, so that one that cannot look does not find nothing.
kiln_find() {
  find "$1" "${kiln_disks[@]}" -xdev -type f -size -64M -not -path "$KILN_WORK/*" -exec grep -lF -f "$1" {} + 2> /dev/null |
    awk -v own="$KILN_MEMORY/" 'NR == 1 || (index($0, own) != 1 && !($0 in seen)) { print } { seen[$0] = 1 }' | head -n 21 > "$KILN_MEMORY/found"
  [ "$(head -n 1 "$KILN_MEMORY/found")" = "$1" ] || { echo 'the disks could not be searched' >&2; exit 13; }
  [ -e "$KILN_MEMORY/console" ] || return 0
  grep -qF -f "$1" "$KILN_MEMORY/console"
  case $? in
    0) echo 'the console' >> "$KILN_MEMORY/found" || exit 13 ;;
    1) ;;
    *) exit 13 ;;
  esac
}

# A value of many lines is found by its longest. In one of JSON, what is named as a secret stands on disks by itself, too.
kiln_looked=0
: > "$KILN_MEMORY/all" || exit 13
while read -r kiln_name kiln_value; do
  printf '%s' "$kiln_value" | base64 -d > "$KILN_MEMORY/value" || exit 13
  {
    awk '{ sub(/\r$/, ""); if (length($0) > length(long)) long = $0 } END { print long }' "$KILN_MEMORY/value"
    grep -oiE '"[^"]*(password|passwd|passphrase|pwd|secret|token|(api|private|access)[_-]?key)" *: *"([^"\\]|\\.)*"' "$KILN_MEMORY/value" |
      sed -E 's/^"[^"]*" *: *"//; s/"$//; s/\\(["\\/])/\1/g'
  } | awk 'length($0) >= 6' > "$KILN_MEMORY/value-$kiln_name" || exit 13
  kiln_looked=$((kiln_looked + 1))
  [ -s "$KILN_MEMORY/value-$kiln_name" ] || { echo "$kiln_name" | kiln_say short-secret; continue; }
  cat "$KILN_MEMORY/value-$kiln_name" >> "$KILN_MEMORY/all" || exit 13
done < "$KILN_MEMORY/secrets"
[ "$kiln_looked" -eq "$KILN_SECRET_COUNT" ] || { echo 'not all secrets could be looked for' >&2; exit 13; }

# All at once first: mostly there is nothing, and a disk takes its time.
if [ -s "$KILN_MEMORY/all" ]; then
  kiln_find "$KILN_MEMORY/all"
  if [ "$(wc -l < "$KILN_MEMORY/found")" -gt 1 ]; then
    while read -r kiln_name kiln_value; do
      [ -s "$KILN_MEMORY/value-$kiln_name" ] || continue
      kiln_find "$KILN_MEMORY/value-$kiln_name"
      [ "$(wc -l < "$KILN_MEMORY/found")" -gt 1 ] && { echo "$kiln_name"; tail -n +2 "$KILN_MEMORY/found"; } | kiln_say secret
    done < "$KILN_MEMORY/secrets"
  fi
fi

sync
echo done | kiln_say end
