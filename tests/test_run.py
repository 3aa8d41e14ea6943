"""The script `run`, on made-up machines: what it says, what it leaves, and that it does nothing twice.

A made-up machine is a folder of commands that is all there is on PATH. Its Python is a shell script that answers the
few questions `run` asks of a Python, so that no test needs a network or changes this machine.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
# fmt: off
REAL_COMMANDS = (
    "awk", "bash", "cat", "chmod", "cp", "cut", "dirname", "env", "flock", "grep", "head", "mkdir", "mktemp", "paste",
    "readlink", "rm", "sh", "sha256sum", "sleep", "sort", "tail", "tee", "touch",
)
# fmt: on

PYTHON = """#!/bin/bash
case "$*" in
  "-c import sys"*) [[ VERSION != none ]] && echo VERSION ;;
  "-c import pip") [[ -e ${0%/*}/../pip ]] ;;
  "-c "*) ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && touch "$3/pip" ;;
  "-m pip "*) echo "pip $*" >>"$DONE"; PIP ;;
  *) printf 'started with %s in %s\\n' "${*//$HOME_OF_RUN/HOME}" "$PWD" ;;
esac
"""


@dataclass
class Machine:
    """A made-up machine with a fresh clone on it; root, on Debian, with everything installed and Python 3.11."""

    folder: Path
    home: Path = field(init=False)
    commands: Path = field(init=False)
    done: Path = field(init=False)

    def __post_init__(self) -> None:
        self.home, self.commands, self.done = (self.folder / name for name in ("clone", "bin", "done"))
        self.commands.mkdir()
        self.done.touch()
        shutil.copytree(HERE / "setup", self.home / "setup")
        shutil.copytree(HERE / ".ci", self.home / ".ci")
        for name in ("run", "requirements.txt", "requirements-dev.txt"):
            shutil.copy(HERE / name, self.home / name)
        for name in REAL_COMMANDS:
            (self.commands / name).symlink_to(shutil.which(name) or "")
        self.command("dpkg-query", 'for name in "${@:4}"; do echo "$name installed"; done')
        self.command("id", "echo 0")
        self.command("df", "printf 'head\\n/dev/disk 9999 1 9000 1%% /\\n'")
        self.command("apt-get", 'echo "apt-get $*" >>"$DONE"')
        self.python("python3.11", "3.11")

    def command(self, name: str, body: str) -> None:
        """Puts a shell script on PATH."""
        path = self.commands / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def python(self, name: str, version: str, pip: str = ":") -> None:
        """Puts a Python on PATH; `pip` is what installing does, version "none" a shim that stands for nothing."""
        self.command(name, PYTHON.replace("VERSION", version).replace("PIP", pip).partition("\n")[2])

    def without(self, *names: str) -> None:
        """Takes commands away."""
        for name in names:
            (self.commands / name).unlink()

    def environment(self) -> dict[str, str]:
        """All that a started program can see of this machine."""
        return {
            "PATH": str(self.commands),
            "PYENV_ROOT": str(self.folder / "no pyenv"),
            "DONE": str(self.done),
            "HOME_OF_RUN": str(self.home),
            "TMPDIR": str(self.folder),
        }

    def start(self, *arguments: str, cwd: Path | None = None, script: str = "run") -> subprocess.CompletedProcess[str]:
        """Starts `run` and waits for its end."""
        return subprocess.run(
            [str(self.home / script), *arguments],
            cwd=cwd or self.home,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def files(self) -> set[str]:
        """Every file of the clone and every temporary one."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}

    def was_done(self) -> list[str]:
        """The calls of apt-get and pip so far."""
        return self.done.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine as after `git clone`, in a folder with a blank in its name."""
    folder = tmp_path / "a machine"
    folder.mkdir()
    return Machine(folder)


def no_debian_package(machine: Machine) -> None:
    """A Debian on which nothing is installed."""
    machine.command("dpkg-query", "exit 1")


def no_root(machine: Machine) -> None:
    """Someone who is not root, and no sudo."""
    no_debian_package(machine)
    machine.command("id", "echo 1000")


def sudo_with_password(machine: Machine) -> None:
    """Someone who is not root, with a sudo that wants a password which nobody is there to type."""
    no_root(machine)
    machine.command("sudo", "exit 1")


def old_python(machine: Machine) -> None:
    """Only a Python that is too old."""
    machine.without("python3.11")
    machine.python("python3", "3.9")


def no_python(machine: Machine) -> None:
    """No Python but a shim that stands for none."""
    machine.python("python3.11", "none")


def no_room(machine: Machine) -> None:
    """A disk with 40 MB left."""
    machine.command("df", "printf 'head\\n/dev/disk 9999 9959 40 99%% /\\n'")


def apt_without_network(machine: Machine) -> None:
    """apt-get as it fails without a network."""
    no_debian_package(machine)
    machine.command("apt-get", "echo \"E: Failed to fetch x  Temporary failure resolving 'y'\"; exit 100")


def pip_without_network(machine: Machine) -> None:
    """Pip as it fails without a network."""
    machine.python("python3.11", "3.11", "echo 'WARNING: Retrying: NewConnectionError(...)'; exit 1")


def pip_on_a_full_disk(machine: Machine) -> None:
    """Pip as it fails when the disk fills up under it."""
    machine.python("python3.11", "3.11", "echo 'ERROR: [Errno 28] No space left on device'; exit 1")


def pip_behind_a_proxy(machine: Machine) -> None:
    """Pip as it fails where a proxy shows a certificate of its own; it ends with the same words as without network."""
    told = "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))"
    machine.python("python3.11", "3.11", f'echo "WARNING: Retrying: {told}"; echo "Max retries exceeded"; exit 1')


def pip_with_a_wrong_hash(machine: Machine) -> None:
    """Pip as it fails for a reason that `run` does not know."""
    machine.python("python3.11", "3.11", "echo 'ERROR: these packages do not match the hashes'; exit 1")


RUNTIME = "libgl1 libgl1-mesa-dri libegl1 libegl-mesa0 libgbm1 libmtdev1 libzbar0"
APT = f"apt-get install -y --no-install-recommends {RUNTIME}"
TROUBLES: list[tuple[Callable[[Machine], None], str]] = [
    (no_root, f"type this, then start again: su -c 'apt-get update && {APT}'"),
    (sudo_with_password, f"type this, then start again: sudo apt-get update && sudo {APT}"),
    (old_python, "Python 3.11 to 3.13 is needed (Debian 12: apt-get install python3); found here: 3.9"),
    (no_python, "Python 3.11 to 3.13 is needed (Debian 12: apt-get install python3); found here: none"),
    (no_room, "no disk space: the set-up needs 700 MB where HOME lies, and 40 MB are free"),
    (apt_without_network, "could not install Debian packages: no network, or the package server does not answer"),
    (pip_without_network, "could not install requirements.txt: no network, or the package server does not answer"),
    (
        pip_behind_a_proxy,
        "the package server's certificate is not trusted here (a proxy's own? add its authority to this machine)",
    ),
    (pip_on_a_full_disk, "could not install requirements.txt: no disk space"),
    (pip_with_a_wrong_hash, "could not install requirements.txt: ERROR: these packages do not match the hashes"),
]


@pytest.mark.parametrize(("trouble", "message"), TROUBLES, ids=[trouble.__name__ for trouble, _ in TROUBLES])
def test_trouble_is_told_in_one_line_and_leaves_nothing(
    machine: Machine, trouble: Callable[[Machine], None], message: str
) -> None:
    """Whoever starts a kiosk reads what to do, not a traceback, and can simply start again."""
    trouble(machine)
    before = machine.files()
    result = machine.start()
    assert result.returncode == 75
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].replace(str(machine.home), "HOME").endswith(message)
    assert machine.files() == before


def test_root_gets_the_missing_packages_only(machine: Machine) -> None:
    """What is installed already is not asked for again, and another apt that is busy is waited for."""
    machine.command("dpkg-query", f'for name in {RUNTIME.replace("libzbar0", "")}; do echo "$name installed"; done')
    machine.start()
    options = "-oDPkg::Lock::Timeout=400"
    assert machine.was_done()[:2] == [
        f"apt-get {options} update",
        f"apt-get {options} -y --no-install-recommends install libzbar0",
    ]


@pytest.mark.parametrize(
    ("package", "install", "told"),
    [
        ("chromium", "chromium chromium-driver", "no chromium here: tests/browser will be skipped"),
        ("postgresql", "postgresql", "no PostgreSQL here: the tests of it will be skipped"),
    ],
)
def test_a_machine_that_lacks_what_some_tests_need_is_tested_all_the_same(
    machine: Machine, package: str, install: str, told: str
) -> None:
    """It is asked for, by itself; where it is not to be had, one line says what is skipped."""
    machine.command(
        "dpkg-query", f'for name in "${{@:4}}"; do [[ $name == {package}* ]] || echo "$name installed"; done'
    )
    machine.command("apt-get", f'echo "apt-get $*" >>"$DONE"; [[ $* != *{package}* ]]')
    result = machine.start("test", "format")
    assert told in result.stderr
    assert result.returncode == 0
    assert any(line.endswith(f"install {install}") for line in machine.was_done())
    assert any("requirements-dev.txt" in line for line in machine.was_done())


def test_a_system_python_without_venv_is_completed(machine: Machine) -> None:
    """Debian's own Python is used even where it cannot make a virtual environment yet."""
    script = f'. "{machine.home}/setup/machine.sh"; can_make_venv() {{ false; }}; set_up run'
    machine.command("dpkg-query", f'for name in {RUNTIME}; do echo "$name installed"; done')
    usable = 'pythons() { echo "$(type -p python3.11)"; }'
    subprocess.run(
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            f'home="{machine.home}" venv="$home/.venv"; {script.replace("set_up", usable + "; set_up")}',
        ],
        env=machine.environment(),
        check=True,
        capture_output=True,
    )
    assert machine.was_done()[1].endswith("install python3.11-venv")


def test_arguments_and_the_callers_folder_reach_main(machine: Machine, tmp_path: Path) -> None:
    """Paths are meant from where the caller stands, and standard output is main.py's alone."""
    result = machine.start("scan", "a b.png", "*", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout == f"started with HOME/main.py scan a b.png * in {tmp_path}\n"
    assert [line.partition(" ")[0] for line in result.stderr.splitlines()] == ["run:", "run:"]


def test_without_arguments_the_demo_starts(machine: Machine) -> None:
    """One command, and a visitor of the repository sees the kiosk."""
    assert machine.start().stdout.startswith("started with HOME/main.py demo in ")


def test_a_second_start_sets_nothing_up(machine: Machine) -> None:
    """A kiosk that comes back after a power cut needs no network, and no time."""
    machine.start()
    done = machine.was_done()
    machine.python("python3.11", "none")
    started = time.monotonic()
    result = machine.start()
    assert time.monotonic() - started < 3
    assert result.stderr == ""
    assert machine.was_done() == done


def test_changed_requirements_are_installed(machine: Machine) -> None:
    """After `git pull` the packages follow by themselves."""
    machine.start()
    (machine.home / "requirements.txt").write_text("requests==1\n", encoding="utf-8")
    assert "run: installing requirements.txt into .venv" in machine.start().stderr


def test_a_set_up_that_was_cut_off_is_done_again(machine: Machine) -> None:
    """A power cut while the virtual environment is made does not leave a broken one for good."""
    machine.start()
    (machine.home / ".venv" / "pip").unlink()
    (machine.home / ".venv" / "ready-requirements.txt").unlink()
    result = machine.start()
    assert result.returncode == 0
    assert "run: making .venv with Python 3.11" in result.stderr


def test_a_failed_update_keeps_the_environment_that_worked(machine: Machine) -> None:
    """Without a network an update fails, but what runs today is not thrown away for it."""
    machine.start()
    (machine.home / "requirements.txt").write_text("requests==1\n", encoding="utf-8")
    python = machine.home / ".venv" / "bin" / "python"
    python.write_text(python.read_text(encoding="utf-8").replace('>>"$DONE"; :', "; exit 1"), encoding="utf-8")
    assert machine.start().returncode == 75
    assert python.exists()


def test_two_starts_at_once_set_up_once(machine: Machine) -> None:
    """An impatient second start waits for the first instead of installing into the same folder."""
    machine.python("python3.11", "3.11", "sleep 0.5")
    both = [
        subprocess.Popen(
            [str(machine.home / "run")], env=machine.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    messages = "".join(process.communicate(timeout=60)[1].decode() for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert "another start is setting this machine up" in messages
    assert len(machine.was_done()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_another_ones_environment_is_not_taken_for_half_made(machine: Machine) -> None:
    """Root's Python may be root's alone: a service that starts says so, and removes nothing."""
    assert machine.start("check").returncode == 0
    venv = machine.home / ".venv"
    (venv / "pip").unlink()  # as its Python looks to whoever cannot run it
    os.chown(venv, 65534, 65534)
    started = machine.start("check")
    assert started.returncode == 75
    assert "who made it removes it" in started.stderr
    assert started.stderr.count("\n") == 1
    assert (venv / "bin" / "python").exists()


def test_the_oldest_usable_python_is_taken(machine: Machine) -> None:
    """The newer ones are left for the tests' further runs; a shim that stands for nothing is passed over."""
    machine.python("python3.11", "none")
    machine.python("python3.12", "3.12")
    machine.python("python3.13", "3.13")
    machine.python("python3", "3.10")
    assert "run: making .venv with Python 3.12" in machine.start().stderr


def test_a_failed_check_is_named_and_the_others_still_run(machine: Machine) -> None:
    """One look at the last lines tells what to mend."""
    machine.start("test", "lint")
    python = machine.home / ".venv" / "bin" / "python"
    python.write_text(
        python.read_text(encoding="utf-8").replace("  *)", '  "-m ruff check"*) exit 1 ;;\n  *)'), encoding="utf-8"
    )
    result = machine.start("test", "format", "lint", "spelling")
    assert result.returncode == 1
    assert "started with -m codespell_lib" in result.stdout
    assert result.stdout.rstrip().endswith("FAILED: lint")


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_an_unknown_check_is_answered_with_the_known_ones(machine: Machine, script: str) -> None:
    """A slip of the finger does not look like a passed check; and .ci/run is `run test`."""
    arguments = ["nonsense"] if script == ".ci/run" else ["test", "nonsense"]
    result = machine.start(*arguments, script=script)
    assert result.returncode == 2
    assert "no such step: nonsense; there are: format lint types layers" in result.stderr
    assert not machine.was_done()


def test_run_is_executable() -> None:
    """`./run` works as it stands in the README."""
    assert os.access(HERE / "run", os.X_OK)
    assert os.access(HERE / ".ci" / "run", os.X_OK)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd to ask")
def test_the_units_are_sound(tmp_path: Path) -> None:
    """A misspelt key is passed over with a line in a journal, and the service is less shut in than it seems."""
    units = []
    for unit in sorted((HERE / "setup" / "systemd").glob("*.service")):
        text = unit.read_text(encoding="utf-8")
        assert "ExecStart=/opt/vb/run " in text
        units.append(tmp_path / unit.name)
        units[-1].write_text(text.replace("/opt/vb/run", str(HERE / "run")), encoding="utf-8")
    assert len(units) == 2
    command = ["systemd-analyze", "verify", "--man=no", *map(str, units)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
