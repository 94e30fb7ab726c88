"""Counts of sign-in attempts in memory."""

from datetime import datetime

from adapters.memory.state import AttemptWindow, State
from application.ports.sign_in_attempts import SignInAttempts


class InMemorySignInAttempts(SignInAttempts):
    def __init__(self, state: State) -> None:
        self._windows = state.sign_in_attempts

    def count(self, bucket: bytes, now: datetime, window_start: datetime) -> tuple[int, datetime]:
        window = self._windows.get(bucket)
        if window is None or window.began_at <= window_start:
            window = AttemptWindow(0, now)
        window = window._replace(attempts=window.attempts + 1)
        self._windows[bucket] = window
        return window

    def forgive(self, bucket: bytes) -> None:
        window = self._windows.get(bucket)
        if window is not None and window.attempts > 0:
            self._windows[bucket] = window._replace(attempts=window.attempts - 1)

    def clear(self, bucket: bytes) -> None:
        self._windows.pop(bucket, None)

    def delete_before(self, window_start: datetime) -> int:
        over = [
            bucket for bucket, window in self._windows.items() if window.began_at <= window_start
        ]
        for bucket in over:
            del self._windows[bucket]
        return len(over)
