"""What is committed, and whose turn it is to change it."""

from threading import Lock, get_ident

from adapters.memory.state import State


class Store:
    """Writers take turns. Readers never wait: a committed state is replaced, never changed."""

    def __init__(self) -> None:
        self._committed = State()
        self._turn = Lock()
        self._holder: int | None = None

    def read(self) -> State:
        """A copy of what is committed at this moment."""
        return self._committed.copy()

    def begin(self) -> State:
        """Wait for a turn and get a copy to work on; ``end`` gives the turn back.

        Raises:
            RuntimeError: this thread has the turn already, so that waiting would never end.
        """
        if self._holder == get_ident():
            raise RuntimeError("this thread has an open unit of work already; leave that one first")
        self._turn.acquire()
        self._holder = get_ident()
        return self.read()

    def publish(self, state: State) -> None:
        """Make ``state`` what is committed."""
        self._committed = state.copy()

    def end(self) -> None:
        """Let the next writer begin."""
        self._holder = None
        self._turn.release()
