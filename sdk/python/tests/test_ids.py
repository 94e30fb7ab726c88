"""What events are called: never twice the same, also in a copy of the process."""

import os
import threading
from uuid import UUID

import pytest

from truecompute._ids import new_id


def test_an_id_is_a_uuid_of_version_7_and_no_other_is_the_same() -> None:
    ids = [new_id() for _ in range(1_000)]
    assert len(set(ids)) == 1_000
    assert {UUID(each).version for each in ids} == {7}
    assert {str(UUID(each)) for each in ids} == set(ids)
    assert ids[0][:13] <= ids[-1][:13]


def test_threads_are_given_each_its_own() -> None:
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.extend([new_id() for _ in range(500)]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 4_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_has_none_of_what_its_parent_will_use() -> None:
    new_id()  # there is a stock now
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writes, " ".join(new_id()[14:] for _ in range(50)).encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as told:
        of_child = told.read().split()
    os.waitpid(child, 0)
    assert len(of_child) == 50
    assert not set(of_child) & {new_id()[14:] for _ in range(100)}
