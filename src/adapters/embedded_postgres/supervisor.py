"""Runs one PostgreSQL program, and takes it down when the process that asked for it is gone.

Started by path, in an interpreter of its own with one thread: ``supervisor.py PARENT COMMAND...``.
A process and not a thread, because the kernel's parent-death signal follows the *thread* that
forked, and other systems have no such signal. It therefore imports the standard library only.
"""

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

_CHECK_PARENT_EVERY_S = 0.25
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
# PostgreSQL takes SIGTERM as "wait for every client to leave": SIGINT is its fast, clean shutdown.
_FORWARDED = {
    signal.SIGTERM: signal.SIGINT,
    signal.SIGINT: signal.SIGINT,
    signal.SIGQUIT: signal.SIGQUIT,
}


def main(parent: int, command: list[str]) -> int:
    """Run the command until it ends by itself, by a signal sent here, or with the parent.

    Returns its exit status, 128 + n after signal n, or EX_NOPERM when no user may run it.
    """
    signals = {*_FORWARDED, signal.SIGALRM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    supervisor = os.getpid()
    server = os.fork()
    if server == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        _become(command, supervisor)

    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(server, _FORWARDED[signal.Signals(number)])

    def follow_parent(_number: int, _frame: FrameType | None) -> None:
        if os.getppid() != parent:
            os.kill(server, signal.SIGINT)

    for number in _FORWARDED:
        signal.signal(number, forward)
    signal.signal(signal.SIGALRM, follow_parent)
    signal.setitimer(signal.ITIMER_REAL, _CHECK_PARENT_EVERY_S, _CHECK_PARENT_EVERY_S)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    status = os.waitstatus_to_exitcode(os.waitpid(server, 0)[1])
    # The interpreter drops its handlers before it ends: the next alarm would become our status.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    return status if status >= 0 else 128 - status


def _become(command: list[str], supervisor: int) -> NoReturn:
    status = os.EX_OSERR
    try:
        if not _has_ordinary_account():
            status = os.EX_NOPERM
            _enter_user_namespace()
            status = os.EX_OSERR
        if sys.platform == "linux":
            # Entering a namespace clears this request, so it comes after.
            _linux_call("prctl", _PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() == supervisor:
            os.execv(command[0], command)  # noqa: S606 - our own programs, no shell wanted
    except OSError as error:
        print(f"{command[0]} cannot be run: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def _has_ordinary_account() -> bool:
    """PostgreSQL refuses root; initdb refuses a user id without an account, as containers have."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_uid != 0
    except KeyError:
        return False


def _enter_user_namespace() -> None:
    """Be seen as some ordinary account; files stay those of the real user, who gains nothing."""
    user, group = os.geteuid(), os.getegid()
    seen_as = min(account.pw_uid for account in pwd.getpwall() if account.pw_uid)
    _linux_call("unshare", _CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{seen_as} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{seen_as} {group} 1")


def _linux_call(name: str, *arguments: int) -> None:
    if sys.platform != "linux":
        raise OSError(f"{name} exists on Linux only")
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
