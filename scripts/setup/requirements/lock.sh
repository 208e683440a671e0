#!/usr/bin/env bash
# Pins the requirements again, with hashes, for every Python from 3.10 on. Needs uv (pip install uv).
set -euo pipefail
cd "$(dirname "$0")"
compile() {
  uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-header \
    --override overrides.txt "$1.in" -o "$2"
}
compile jupyter jupyter.txt
compile peers peers.txt
compile tensorflow-gpu all.tmp
# TensorFlow's C library is taken out of the wheels, so nothing that its Python side needs is wanted; the wheels are
# chosen by tag whatever Python there is, so no markers either.
pins() { awk -v name="$1" '/^[a-z]/ { keep = $1 ~ name } keep && !/#/ { sub(/ ;.*\\$/, " \\"); print }' "$2" | sed '$ s/ \\$//'; }
pins '^tensorflow-cpu==' peers.txt > tensorflow-cpu.txt
{ pins '^tensorflow==' all.tmp; pins '^nvidia-' all.tmp; } > tensorflow-gpu.txt
rm all.tmp
