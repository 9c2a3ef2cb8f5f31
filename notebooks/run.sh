#!/bin/sh
# run.sh: executes icegate-demo.ipynb top to bottom against the Trino server at ICEGATE_TRINO_URL.
# Exit 0: every cell ran. Exit 77: skipped, Python 3.11 or newer is absent, or its packages cannot be downloaded here.
# Anything else: the error of the first cell that failed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work="$here/target"
environment="$work/environment"

python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Notebook skipped: Python 3.11 or newer with venv is not installed" >&2
    exit 77
fi

mkdir -p "$work"
if ! cmp -s "$here/requirements.txt" "$environment/requirements.txt"; then
    echo "Installing Jupyter and the Trino client into $environment (first run: about 60 MB)" >&2
    rm -rf "$environment"
    "$python" -m venv "$environment"
    pip() { "$environment/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
    if ! pip install --requirement "$here/requirements.txt"; then
        # a package that cannot be had at all, in whatever version: the requirements are not to blame
        if ! pip download --no-deps --no-cache-dir --dest "$work/probe" trino >/dev/null 2>&1; then
            echo "Notebook skipped: Python packages cannot be downloaded, the reason is above" >&2
            exit 77
        fi
        exit 1
    fi
    cp "$here/requirements.txt" "$environment/requirements.txt"
fi

# the committed notebook stays without outputs: the copy gets them
cp "$here/icegate-demo.ipynb" "$work/icegate-demo.ipynb"
IPYTHONDIR="$work/ipython" JUPYTER_CONFIG_DIR="$work/jupyter" JUPYTER_DATA_DIR="$work/jupyter" "$environment/bin/jupyter" execute --inplace --startup_timeout=300 --timeout=600 "$work/icegate-demo.ipynb"
echo "Notebook done: $work/icegate-demo.ipynb" >&2
