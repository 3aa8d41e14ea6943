# The checks of `./run test`, one function each. Read by `run`.
# shellcheck shell=bash disable=SC2154  # $home and $venv come from `run`

steps=(format lint types layers dependencies docstrings spelling tests docs)
# What is quick and needs no window: run on the newest Python as well. `--long`: on every newer one, and the server's tests,
# which have one database or the other, with all their data in PostgreSQL.
quick_tests=(tests/domain tests/services tests/adapters tests/ledger)
server_tests=(tests/central --database postgresql)

chosen=() long=()

choose_checks() {
  local argument
  for argument; do
    if [[ $argument == --long ]]; then
      long=(--long)
    elif [[ " ${steps[*]} " == *" $argument "* ]]; then
      chosen+=("$argument")
    else
      say "no such step: $argument; there are: ${steps[*]}"
      exit 2
    fi
  done
  ((${#chosen[@]})) || chosen=("${steps[@]}")
}

# Runs every chosen step, also after one has failed, and names at the end those that did.
run_checks() {
  local step code failed=() started=$SECONDS
  cd "$home"
  tests_log=$(mktemp)
  trap 'rm -f -- "$tests_log"' EXIT
  for step in "${chosen[@]}"; do
    printf '\n== %s\n' "$step"
    # In a shell of its own, where the first failure ends the step.
    set +e
    (set -e && "check_$step")
    code=$?
    set -e
    ((code == 0)) || failed+=("$step")
  done
  printf '\n== after %d s: ' $((SECONDS - started))
  if ((${#failed[@]})); then echo "FAILED: ${failed[*]}"; else echo "passed: ${chosen[*]}"; fi
  # pytest's closing line, so that the last screen of output tells how many tests ran.
  tail -n 1 "$tests_log"
  ((!${#failed[@]}))
}

# `python -m`, since a command's file in bin/ holds the path where the folder once stood.
py() { "$venv/bin/python" -m "$@"; }

check_format() { py ruff format --check .; }
check_lint() { py ruff check .; }
check_types() { py pyright; }
check_layers() { "$venv/bin/python" -c 'from importlinter.cli import lint_imports_command as check; check()'; }
check_dependencies() { py deptry .; }
check_docstrings() { py interrogate --quiet --config pyproject.toml . || py interrogate -v --config pyproject.toml .; }
check_spelling() { py codespell_lib; }

check_tests() {
  local covered=yes
  py coverage erase
  py coverage run -m pytest --numprocesses 2 --dist worksteal --durations 30 --ignore tests/test_docs.py "${long[@]}" |
    tee "$tests_log"
  py coverage combine --quiet
  # Rules and messages are proved whole; the rest may leave out what only a broken machine reaches.
  py coverage report --include 'kiosk/domain/*,kiosk/protocol/*' --fail-under 100 || covered=no
  py coverage report --fail-under 90 || covered=no
  check_tests_on_newer_pythons
  [[ $covered == yes ]]
}

check_tests_on_newer_pythons() {
  local python number all
  mapfile -t all < <(pythons)
  ((${#long[@]})) || all=("${all[-1]}")
  for python in "${all[@]}"; do
    number=$(version "$python")
    [[ $number != "$(version "$venv/bin/python")" ]] || continue
    printf '\n== tests on Python %s\n' "$number"
    fill_venv test "$venv-$number" "$python" requirements.txt requirements-dev.txt
    "$venv-$number/bin/python" -m pytest --quiet --numprocesses 2 "${quick_tests[@]}" ${long[0]:+"${server_tests[@]}"}
  done
}

check_docs() { py pytest --quiet tests/test_docs.py; }
