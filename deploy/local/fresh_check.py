"""`deploy/fresh-check`: do the commands of the README work on a machine that has nothing?

Makes a bare Debian by debootstrap in a folder, installs python3, make, git and ca-certificates, puts
a clone of this checkout into it (in /root, which is closed to other users, on purpose) and plays a
newcomer: `make run` until the printed login works, the same again, `make test`, `make demo`.

Everything that mounts or starts something runs in a mount and process namespace of its own
(unshare), so the kernel takes mounts and processes away however this script ends. Mirrors, proxies and
certificates are taken from this machine when the script runs; none is written down here.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local import packages
from deploy.local.console import complain, say, show
from deploy.local.failures import Failure, last_lines
from deploy.local.places import CHECKOUT, VAR
from deploy.local.servers.process import free_port
from deploy.local.signals import StopRequested, stop_on_signals, undisturbed

FIRST_LOGIN_WITHIN_S = 180.0
PREINSTALLED = ("python3", "make", "git", "ca-certificates")
INSIDE = "/root/brigada"
SIGN_IN_FIELDS = ("email", "password")
HOST_FILES = (
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/pip.conf",
    "/root/.pip/pip.conf",
    "/root/.config/pip/pip.conf",
    "/etc/apt/auth.conf",
)
HOST_FOLDERS = ("/etc/apt/auth.conf.d", "/usr/local/share/ca-certificates")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
PASSED_ON = re.compile(r"(?i)(PIP_|UV_|(http|https|no|ftp|all)_proxy$|SSL_CERT_|REQUESTS_CA|CURL_CA)")
DEBOOTSTRAP = packages.Need(
    "debootstrap",
    lambda: shutil.which("debootstrap") is not None,
    lambda: ["debootstrap", "debian-archive-keyring"],
)


@dataclass
class Bench:
    """The bare system under trial."""

    suite: str
    home: Path
    as_is: bool
    port: int = field(default_factory=free_port)

    @property
    def root(self) -> Path:
        return self.home / "system"

    @property
    def checkout(self) -> Path:
        return self.root / INSIDE.lstrip("/")

    def log(self, name: str) -> Path:
        return self.home / f"{name}.log"


def main(arguments: Sequence[str]) -> int:
    """0 when every step that was asked for went well."""
    options = _options(arguments)
    stop_on_signals()
    bench = Bench(options.suite, (options.folder / options.suite).resolve(), options.as_is)
    try:
        return _play(bench, options.steps, keep=options.keep)
    except Failure as failure:
        complain(failure.text())
        return 1
    except StopRequested:
        return 130


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy/fresh-check", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument(
        "suite", nargs="?", default="bookworm", help="Debian's name for it (default: bookworm)"
    )
    parser.add_argument("--steps", default=list(STEPS), type=_step_names, help=f"some of {','.join(STEPS)}")
    parser.add_argument("--folder", type=Path, default=VAR / "fresh-check", help="where the system goes")
    parser.add_argument(
        "--keep", action="store_true", help="leave the system there (the next run starts on it)"
    )
    parser.add_argument(
        "--as-is", action="store_true", help="put the files of the checkout in as they are, committed or not"
    )
    return parser.parse_args(arguments)


def _step_names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in STEPS:
            raise argparse.ArgumentTypeError(f"no step {name}")
    return names


def _play(bench: Bench, steps: Sequence[str], *, keep: bool) -> int:
    if os.geteuid() != 0:
        raise Failure("a bare system can be made by root only.", todo="sudo deploy/fresh-check")
    missing = packages.find_missing(DEBOOTSTRAP)
    if missing:
        packages.install(missing)
    bench.home.mkdir(parents=True, exist_ok=True)
    results: list[tuple[str, float, str]] = []
    try:
        if "system" not in steps and not bench.root.exists():
            raise Failure(
                f"there is no system in {bench.root}.", todo="Run the step `system` with --keep first."
            )
        for name in steps:
            say(name, f"… (log: {bench.log(name)})")
            bench.log(name).unlink(missing_ok=True)
            began = time.monotonic()
            try:
                said = STEPS[name](bench)
            except Failure as failure:
                results.append((name, time.monotonic() - began, f"FAILED: {failure.what}"))
                complain(failure.text())
                break
            results.append((name, time.monotonic() - began, said))
            say(name, said)
    finally:
        with undisturbed():
            if not keep:
                _remove(bench.root)
    show(f"\n{bench.suite}, from a bare system:")
    for name, seconds, said in results:
        show(f"  {name:<10} {seconds:7.1f} s   {said}")
    return 1 if any(said.startswith("FAILED") for _, _, said in results) else 0


def _make_system(bench: Bench) -> str:
    """debootstrap, this machine's way to the package servers, and the four packages a newcomer has."""
    _remove(bench.root)
    mirror, security = host_mirrors()
    own_namespace = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    _run(
        bench, "system", [*own_namespace, "debootstrap", "--variant=minbase", bench.suite, bench.root, mirror]
    )
    sources = [f"deb {mirror} {bench.suite} main", f"deb {mirror} {bench.suite}-updates main"]
    if security:
        sources.append(f"deb {security} {bench.suite}-security main")
    (bench.root / "etc/apt/sources.list").write_text("\n".join(sources) + "\n")
    _copy_host_settings(bench.root)
    quietly = "DEBIAN_FRONTEND=noninteractive apt-get"
    install = f"{quietly} install -y --no-install-recommends {' '.join(PREINSTALLED)}"
    _inside(bench, "system", f"{quietly} update && {install} && {quietly} clean", folder="/")
    shutil.copy(CERTIFICATES, bench.root / CERTIFICATES.lstrip("/"))
    size = subprocess.run(["du", "-sxm", bench.root], capture_output=True, text=True, check=True).stdout
    return f"bare {bench.suite} with {', '.join(PREINSTALLED)}: {size.split()[0]} MB"


def host_mirrors() -> tuple[str, str]:
    """This machine's Debian mirror and its security mirror (may be empty), from its apt sources."""
    text = "\n".join(
        path.read_text()
        for pattern in ("sources.list", "sources.list.d/*.list", "sources.list.d/*.sources")
        for path in sorted(Path("/etc/apt").glob(pattern))
    )
    found = re.findall(r"^URIs:\s*(\S+)", text, re.MULTILINE)
    found += re.findall(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)", text, re.MULTILINE)
    security = [uri for uri in found if "security" in uri]
    main_archive = [uri for uri in found if uri not in security and uri.rstrip("/").endswith("debian")]
    if not main_archive:
        raise Failure("no Debian mirror was found in this machine's apt sources (/etc/apt/sources.list*).")
    return main_archive[0], (security or [""])[0]


def _copy_host_settings(root: Path) -> None:
    """What this machine needs to reach its package servers: names, proxies, certificates, pip's settings."""
    for name in HOST_FILES:
        if Path(name).is_file():
            target = root / name.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, target)
    for name in HOST_FOLDERS:
        if Path(name).is_dir():
            shutil.copytree(name, root / name.lstrip("/"), dirs_exist_ok=True)
    for path in Path("/etc/apt/apt.conf.d").glob("*"):
        if "Acquire" in path.read_text():  # hooks into programs of this machine stay here
            shutil.copy(path, root / "etc/apt/apt.conf.d" / path.name)
    certificates = root / CERTIFICATES.lstrip("/")
    certificates.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(CERTIFICATES, certificates)


def _put_checkout(bench: Bench) -> str:
    """A clone of HEAD as a newcomer gets it; with --as-is the files that git would take, as they are."""
    shutil.rmtree(bench.checkout, ignore_errors=True)
    if not bench.as_is:
        _run(bench, "checkout", ["git", "clone", "--no-hardlinks", CHECKOUT.as_uri(), bench.checkout])
        head = subprocess.run(
            ["git", "-C", bench.checkout, "log", "-1", "--format=%h %s"],
            capture_output=True,
            text=True,
            check=False,
        )
        return f"clone of {head.stdout.strip()}"
    listed = subprocess.run(
        ["git", "-C", CHECKOUT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listed.stdout.split("\0") if name and (CHECKOUT / name).is_file()]
    for name in names:
        target = bench.checkout / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, target)
    return f"{len(names)} files as they are"


def _first_run(bench: Bench) -> str:
    seconds = _run_until_login(bench, "run")
    if seconds > FIRST_LOGIN_WITHIN_S:
        raise Failure(f"the login worked after {seconds:.0f} s; {FIRST_LOGIN_WITHIN_S:.0f} s are promised.")
    return f"the printed login worked {seconds:.1f} s after `make run`; Ctrl-C stopped everything"


def _second_run(bench: Bench) -> str:
    seconds = _run_until_login(bench, "again")
    return f"started again on its data: the login worked after {seconds:.1f} s"


def _test(bench: Bench) -> str:
    _inside(bench, "test", "make test")
    closing = [line for line in last_lines(bench.log("test"), 40) if " passed" in line or "no tests" in line]
    return closing[-1].strip("= ") if closing else "done"


def _demo(bench: Bench) -> str:
    _inside(bench, "demo", "make demo")
    files = [path for path in (bench.checkout / "var/demo").rglob("*") if path.is_file()]
    return f"all steps came out; {len(files)} files in var/demo"


def _demo_kannel(bench: Bench) -> str:
    _inside(bench, "kannel", "make demo SMS=kannel")
    return "all steps came out through Kannel"


STEPS: dict[str, Callable[[Bench], str]] = {
    "system": _make_system,
    "checkout": _put_checkout,
    "run": _first_run,
    "again": _second_run,
    "test": _test,
    "demo": _demo,
    "kannel": _demo_kannel,
}


def _run_until_login(bench: Bench, name: str) -> float:
    """`make run`, sign in with what it printed, press Ctrl-C. Seconds until the login worked."""
    logins = bench.checkout / "var/run/demo-logins.json"
    log = bench.log(name)
    began = time.monotonic()
    with log.open("wb") as out:
        child = subprocess.Popen(
            _command_inside(bench, f"make run PORT={bench.port}", INSIDE),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        while not _is_announced(log):
            if child.poll() is not None:
                raise Failure(f"`make run` ended (exit code {child.returncode}).", log=log)
            if time.monotonic() - began > 900:
                raise Failure("`make run` was not up after 15 minutes.", log=log)
            time.sleep(0.2)
        person = json.loads(logins.read_text())["office"][0]
        _sign_in(f"http://127.0.0.1:{bench.port}", person)
        return time.monotonic() - began
    finally:
        with undisturbed():
            _press_ctrl_c(child, log)


def _is_announced(log: Path) -> bool:
    return any("Brigada is up" in line for line in last_lines(log, 60))


def _sign_in(address: str, person: dict[str, str]) -> None:
    """Sign in the way the API's own description says. Raises Failure."""
    body = json.dumps({name: person[name] for name in SIGN_IN_FIELDS}).encode()
    request = urllib.request.Request(
        address + sign_in_path(json.loads((CHECKOUT / "openapi/openapi.json").read_text())),
        data=body,
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = answer.read().decode()
    except urllib.error.HTTPError as refusal:
        raise Failure(f"the printed login was refused: {refusal.code} {refusal.read()[:300]!r}") from refusal
    if "token" not in said.lower():
        raise Failure("the printed login was taken, but brought no token.")


def sign_in_path(document: dict[str, Any]) -> str:
    """The path of the POST that wants an e-mail, a password and nothing else."""
    for path, operations in document["paths"].items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        if sorted(schema.get("required", [])) == sorted(SIGN_IN_FIELDS):
            return str(path)
    raise Failure("openapi/openapi.json has no sign-in by e-mail and password.", todo="make openapi")


def _press_ctrl_c(child: subprocess.Popen[bytes], log: Path) -> None:
    """What the terminal does: SIGINT to the whole foreground group. Nobody may be left after it."""
    if child.poll() is not None:
        return
    os.killpg(child.pid, signal.SIGINT)
    try:
        child.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        raise Failure("`make run` did not stop within 60 s after Ctrl-C.", log=log) from None


def _command_inside(bench: Bench, command: str, folder: str) -> list[str]:
    """A shell command inside the system: own mounts, own processes, this machine's network.

    PostgreSQL wants /dev/shm, apt wants /dev/pts; the machine's own /dev is not let in.
    """
    mounts = (
        'mount -t proc proc "$0/proc" && mount -t sysfs -o ro sys "$0/sys" && mkdir -p "$0/dev/shm" "$0/dev/pts"'
        ' && mount -t tmpfs -o mode=1777 shm "$0/dev/shm"'
        ' && mount -t devpts -o newinstance,ptmxmode=0666 pts "$0/dev/pts"'
    )
    enter = f'{mounts} && exec chroot "$0" /usr/bin/env -i "$@"'
    own_namespace = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    variables = {
        "HOME": "/root",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "TERM": "dumb",
        "LANG": "C.UTF-8",
        **{key: value for key, value in os.environ.items() if PASSED_ON.match(key)},
    }
    environment = [f"{key}={value}" for key, value in variables.items()]
    shell = ["/bin/sh", "-c", f"cd {folder} && {command}"]
    return [*own_namespace, "sh", "-c", enter, str(bench.root), *environment, *shell]


def _inside(bench: Bench, name: str, command: str, folder: str = INSIDE) -> None:
    _run(bench, name, _command_inside(bench, command, folder))


def _run(bench: Bench, name: str, command: Sequence[str | Path]) -> None:
    """Run to the end, output to the step's log. Raises Failure."""
    log = bench.log(name)
    with log.open("ab") as out:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            code = child.wait()
        except BaseException:
            with undisturbed():
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            raise
    if code:
        raise Failure(f"the step {name} ended with {code}.", log=log)


def _remove(root: Path) -> None:
    """Delete the system, but never through a mount: what is still mounted there keeps it."""
    if not root.exists():
        return
    mounted = [
        line.split()[4]
        for line in Path("/proc/self/mountinfo").read_text().splitlines()
        if Path(line.split()[4]).is_relative_to(root)
    ]
    if mounted:
        raise Failure(
            f"something is mounted in {root}: {', '.join(mounted)}", todo="umount it, then delete the folder."
        )
    subprocess.run(["rm", "-rf", "--one-file-system", root], check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
