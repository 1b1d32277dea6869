# What both scripts begin with: how they tell Kiln something. Each thing is one line of the standard output, whatever is in it.
export LC_ALL=C
umask 077
kiln_say() { printf 'kiln %s %s\n' "$1" "$(base64 | tr -d '\n')"; }
# The end of a file, as much as a message carries.
kiln_end() { [ -r "$1" ] && tail -n 40 "$1" | cut -c 1-300; }
# An id that a server must not share with another, so that it can be compared and not read.
kiln_sum() { [ -s "$1" ] && sha256sum < "$1" | cut -d ' ' -f 1; }
