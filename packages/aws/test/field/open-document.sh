#!/bin/bash
echo one > /tmp/text
trap 'cat /tmp/text; exit 1' EXIT

cat > /tmp/text <<EOF
two
