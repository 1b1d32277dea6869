#!/bin/bash
set -euo pipefail
dnf install -y java-17-amazon-corretto
java -jar /opt/app.jar
