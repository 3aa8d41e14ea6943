# Sets the machine up: Debian packages, a virtual environment, the pinned Python packages. Read by `run`.
# shellcheck shell=bash disable=SC2154  # $home and $venv come from `run`

# Kivy draws through Mesa's OpenGL (EGL where there is no display) and reads touch screens with mtdev; pyzbar loads zbar.
packages_run=(libgl1 libgl1-mesa-dri libegl1 libegl-mesa0 libgbm1 libmtdev1 libzbar0)
packages_test=(xvfb xauth xdotool openbox)
# What some tests need beside the product. Where they are not to be had these tests are skipped, and say so.
packages_browser=(chromium chromium-driver)
packages_postgresql=(postgresql)

# Kivy has no build for a newer Python yet.
oldest=3.11 newest=3.13
# What two virtual environments with everything in them take, and some air.
declare -A needed_mb=([run]=700 [test]=3000)

say() { printf 'run: %s\n' "$*" >&2; }

stop() {
  say "$*"
  exit 75
}

# Makes what run or test needs and finds nothing to do the second time.
set_up() {
  local what=$1 lock
  # Two starts at once take turns; a lock on this very file leaves nothing behind.
  exec {lock}<"$home/setup/machine.sh"
  flock -n "$lock" || { say "another start is setting this machine up; waiting for it"; flock "$lock"; }

  local packages=("${packages_run[@]}") files=("$home/requirements.txt")
  [[ $what == run ]] || { packages+=("${packages_test[@]}") files+=("$home/requirements-dev.txt"); }

  local python=
  if ! is_whole "$venv"; then
    # A service's user must not take for half made what root made with a Python that root alone can run.
    [[ ! -d $venv || -O $venv ]] || stop "$(whose_venv)"
    read -r python < <(pythons) || stop "$(which_python_is_missing)"
    can_make_venv "$python" || packages+=("python$(version "$python")-venv")
  fi
  install_debian "$what" "${packages[@]}"
  if [[ $what == test ]]; then
    (install_debian test "${packages_browser[@]}") || say "no chromium here: tests/browser will be skipped"
    (install_debian test "${packages_postgresql[@]}") || say "no PostgreSQL here: the tests of it will be skipped"
  fi
  fill_venv "$what" "$venv" "$python" "${files[@]}"
  exec {lock}<&-
}

# --- Python

version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }
# A virtual environment whose making was cut off, or whose Python is gone, has no pip.
is_whole() { "$1/bin/python" -c 'import pip' 2>/dev/null; }

# Prints each candidate as "3.11 /usr/bin/python3.11", the same version possibly several times.
all_pythons() {
  local path number
  {
    type -ap python3.11 python3.12 python3.13 python3 || true
    printf '%s\n' "${PYENV_ROOT:-${HOME:-/root}/.pyenv}"/versions/*/bin/python3
  } | while read -r path; do
    # A pyenv shim may stand for a version that is not there: then it only fails.
    if number=$([[ -x $path ]] && version "$path"); then printf '%s %s\n' "$number" "$path"; fi
  done
}

# Prints one Python of each usable version, oldest first: the tests' second and further runs are on the newer ones.
pythons() {
  local number path seen=''
  all_pythons | sort -s -V -k 1,1 | while read -r number path; do
    printf '%s\n' "$oldest" "$number" "$newest" | sort -CV || continue
    # What is not Debian's own cannot be completed by a Debian package.
    [[ $path == /usr/bin/* ]] || can_make_venv "$path" || continue
    [[ $number == "$seen" ]] || printf '%s\n' "$path"
    seen=$number
  done
}

which_python_is_missing() {
  local found
  found=$(all_pythons | cut -d ' ' -f 1 | sort -uV | paste -sd ' ')
  printf 'Python %s to %s is needed (Debian 12: apt-get install python3); found here: %s' "$oldest" "$newest" "${found:-none}"
}

whose_venv() {
  printf '%s was made by somebody else with a Python of %s, which cannot be run by us: who made it removes it and types PATH=%s ./run check' \
    "$venv" "$(awk '$1 == "home" { print $3 }' "$venv/pyvenv.cfg" 2>/dev/null)" /usr/sbin:/usr/bin:/sbin:/bin
}

# --- Debian packages

install_debian() {
  local what=$1 installed name missing=()
  shift
  if ! command -v dpkg-query >/dev/null; then
    [[ -e $venv/ready-requirements.txt ]] || say "this is not Debian: please install what these packages hold: $*"
    return
  fi
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for name; do
    grep -qxF "$name installed" <<<"$installed" || missing+=("$name")
  done
  ((${#missing[@]})) || return 0

  local get="apt-get install -y --no-install-recommends ${missing[*]}" root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null ||
      stop "Debian packages are missing and there is no sudo; type this, then start again: su -c 'apt-get update && $get'"
    # A person at a terminal is asked for the password; a program is not kept waiting.
    root=(sudo)
    sudo -n true 2>/dev/null || [[ -t 0 ]] ||
      stop "Debian packages are missing and sudo wants a password; type this, then start again: sudo apt-get update && sudo $get"
  fi
  enough_disk "$what"
  say "installing Debian packages: ${missing[*]}"
  # The lists may be refused in part (a foreign source that is down): what counts is whether the packages arrive.
  # shellcheck disable=SC2016  # the inner shell expands it
  logged "could not install Debian packages" "${root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c '
    wait=-oDPkg::Lock::Timeout=400
    apt-get "$wait" update; apt-get "$wait" -y --no-install-recommends install "$@"' sh "${missing[@]}"
}

# --- Python packages

# Gives VENV exactly what FILES pin. Each file leaves a note of what was installed, written last, so that a set-up
# that was cut off is done again.
fill_venv() {
  local what=$1 target=$2 python=$3 file note sum fresh=
  shift 3
  for file; do
    note=$target/ready-${file##*/}
    sum="$(sha256sum <"$file") $(version "$target/bin/python" || true)"
    [[ -e $note && $(<"$note") == "$sum" ]] && continue

    enough_disk "$what"
    if ! is_whole "$target"; then
      say "making ${target##*/} with Python $(version "$python")"
      fresh=yes
      rm -rf -- "$target"
      logged "could not make ${target##*/}" "$python" -m venv "$target"
    fi
    say "installing ${file##*/} into ${target##*/}"
    logged "could not install ${file##*/}" "$target/bin/python" -m pip --disable-pip-version-check --no-input \
      install --retries 2 --require-hashes --only-binary :all: -r "$file"
    printf '%s %s\n' "$(sha256sum <"$file")" "$(version "$target/bin/python")" >"$note"
  done
}

# --- What can go wrong

enough_disk() {
  local needed=${needed_mb[$1]} free
  free=$(df -Pm -- "$home" | awk 'NR == 2 { print $4 }')
  ((free >= needed)) || stop "no disk space: the set-up needs $needed MB where $home lies, and $free MB are free"
}

# Runs a command with its output kept aside; when it fails, says in one line what failed and why, and stops.
logged() {
  local failure=$1 log reason
  shift
  log=$(mktemp) || stop "no disk space: cannot write a temporary file"
  if "$@" >"$log" 2>&1; then
    rm -f -- "$log"
    return
  fi
  # The venv is half made only when this start began it; one that worked before stays.
  [[ ! ${fresh:-} ]] || rm -rf -- "$target"
  reason=$(why "$log")
  rm -f -- "$log"
  stop "$failure: $reason"
}

why() {
  local log=$1
  if grep -qiE 'no space left|not enough free space|disk quota' "$log"; then
    echo "no disk space"
  elif grep -qiE 'CERTIFICATE_VERIFY_FAILED|certificate verif' "$log"; then
    echo "the package server's certificate is not trusted here (a proxy's own? add its authority to this machine)"
  elif grep -qiE 'resolv|name resolution|unreachable|connection (refused|timed out|reset)|could not connect|NewConnectionError|Max retries|ReadTimeout' "$log"; then
    echo "no network, or the package server does not answer"
  else
    grep -iE '^(E:|ERROR|error)' "$log" | tail -n 1 || tail -n 1 "$log"
  fi
}
