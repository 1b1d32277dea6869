#!/bin/bash
set -e
install_tools() {
  dnf -y -q install git
}
if ! version=$(install_tools); then
  echo "tools are missing"
fi
