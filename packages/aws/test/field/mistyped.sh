#!/bin/bash
dnf install -y htttpd
systemctll start httpd
