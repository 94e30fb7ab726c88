"""The data folder: where the socket goes, who may enter, and what a crash left behind."""

import os
import stat
from pathlib import Path

import pytest

from adapters.embedded_postgres.errors import DataFolderInUse, DataFolderUnusable
from adapters.embedded_postgres.folder import DataFolder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    made.create()
    return made


def test_what_is_made_is_closed_to_other_users(folder: DataFolder) -> None:
    assert mode(folder.path) == 0o700
    assert mode(folder.socket_folder) == 0o700


@pytest.mark.parametrize("name", ["x" * 120, "one,two", 'a"b'])
def test_the_socket_moves_to_the_temporary_folder_when_its_path_would_not_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/tmp")  # noqa: S108 - the point of the test
    place = DataFolder(tmp_path / name).socket_folder
    assert place.parent == Path("/tmp").resolve()  # noqa: S108 - likewise
    assert place != DataFolder(tmp_path / (name + "x")).socket_folder
    assert len(str(place / ".s.PGSQL.5432")) <= 103


def test_a_socket_folder_that_others_may_enter_is_refused(folder: DataFolder) -> None:
    folder.socket_folder.chmod(0o755)
    with pytest.raises(DataFolderUnusable, match=f"{folder.socket_folder} has to belong"):
        folder.create()
    assert mode(folder.socket_folder) == 0o755


def test_a_socket_folder_that_is_a_link_is_refused(folder: DataFolder, tmp_path: Path) -> None:
    folder.socket_folder.rmdir()
    folder.socket_folder.symlink_to(tmp_path)
    with pytest.raises(DataFolderUnusable):
        folder.create()


def test_a_data_folder_that_everybody_may_write_is_refused(folder: DataFolder) -> None:
    folder.path.chmod(0o777)
    with pytest.raises(DataFolderUnusable):
        folder.create()


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderUnusable, match="file/data cannot be made"):
        DataFolder(tmp_path / "file" / "data").create()


def test_the_lock_is_refused_while_its_owner_lives(folder: DataFolder) -> None:
    lock = folder.lock()
    with pytest.raises(DataFolderInUse, match=f"{folder.path} is in use by process {os.getpid()}"):
        folder.lock()
    os.close(lock)
    os.close(folder.lock())


def test_a_foreign_folder_in_the_place_of_the_cluster_is_left_alone(folder: DataFolder) -> None:
    folder.unfinished_cluster.mkdir()
    folder.cluster.mkdir()
    (folder.cluster / "diary.txt").write_text("mine")
    with pytest.raises(DataFolderUnusable, match="not a PostgreSQL database"):
        folder.adopt_cluster()
    assert (folder.cluster / "diary.txt").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="reads /proc")
@pytest.mark.parametrize(
    "content",
    ["", f"{os.getpid()}\n/somewhere\n", "not a number\n"],
    ids=["empty", "a living stranger", "damaged"],
)
def test_a_pid_file_that_names_no_server_of_this_folder_is_removed(
    folder: DataFolder, content: str
) -> None:
    folder.cluster.mkdir()
    pid_file = folder.cluster / "postmaster.pid"
    pid_file.write_text(content)
    folder.remove_stale_pid_files()
    assert not pid_file.exists()


def test_a_pid_file_whose_process_works_in_the_folder_is_kept(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.cluster.mkdir()
    pid_file = folder.cluster / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n")
    monkeypatch.chdir(folder.cluster)
    folder.remove_stale_pid_files()
    assert pid_file.exists()


def test_a_long_log_is_put_aside_and_a_short_one_continued(folder: DataFolder) -> None:
    folder.log.write_text("earlier\n")
    os.close(folder.open_log())
    assert folder.log.read_text() == "earlier\n"
    with folder.log.open("ab") as log:
        log.truncate(5_000_001)
    os.close(folder.open_log())
    assert folder.log.stat().st_size == 0
    assert (folder.path / "postgres.log.1").stat().st_size == 5_000_001
