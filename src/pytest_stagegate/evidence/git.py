"""Asking the ``git`` program: one way to call it, whatever a user or a hook has configured."""

from __future__ import annotations

import os
import subprocess
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CUT_MARK: Final = b"\n\n[a part that is too large was cut out here]\n\n"
"""Stands in a record of `git_records` for what was too large of it."""

TRAILERS_AS_WRITTEN: Final = ("-c", "log.showSignature=false", "-c", "trailer.separators=:")
"""Words before the command that lists commits with their trailers, so that no setting of a user changes these."""

_TIMEOUT_SECONDS: Final = 60
_BLOCK_BYTES: Final = 1 << 18
_RECORD_BYTES: Final = 4 << 20
_STEERING: Final = (
    "GIT_COMMON_DIR",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIFF_OPTS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
"""Variables that would change what a diff looks like, or point to another repository, as git sets them for hooks."""


class GitError(Exception):
    """git gave no answer; the text is a part of a sentence that says why.

    Attributes:
        status: The exit status, or None where git did not come to its end.
        there: Whether there is such a program.
    """

    def __init__(self, text: str, *, status: int | None = None, there: bool = True) -> None:
        super().__init__(text)
        self.status = status
        self.there = there


def git(folder: Path, *words: str) -> bytes:
    """Return what git prints when it is called in a folder.

    Args:
        folder: Where it is called.
        words: Command and arguments; a word of the user's must not stand where git expects an option.

    Raises:
        GitError: When there is no git, it takes too long, or it ends with another status than 0.
    """
    try:
        answer = subprocess.run(
            _command(words),
            cwd=folder,
            env=_environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise _failed(error.stderr, error.returncode) from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"it gave no answer within {_TIMEOUT_SECONDS} s") from error
    # A word of the policy may hold what no argument can.
    except (OSError, ValueError) as error:
        raise _not_called(error) from error
    return answer.stdout


def git_records(folder: Path, *words: str, given: bytes = b"") -> Iterator[bytes]:
    """Yield what git prints, split at zero bytes, while it is still printing: memory holds one record.

    Args:
        folder: Where it is called.
        words: Command and arguments, as for `git`; the command has to separate by zero bytes.
        given: What it reads.

    Raises:
        GitError: As for `git`; when git ends with another status than 0, once all that it printed was yielded. A
            reader that stops earlier is not told.
    """
    with TemporaryFile() as errors, TemporaryFile() as source:
        source.write(given)
        source.seek(0)
        try:
            process = subprocess.Popen(
                _command(words), cwd=folder, env=_environ(), stdin=source, stdout=subprocess.PIPE, stderr=errors
            )
        except (OSError, ValueError) as error:
            raise _not_called(error) from error
        assert process.stdout is not None
        try:
            yield from _split(process.stdout)
        except BaseException:
            process.kill()
            raise
        finally:
            process.stdout.close()
            status = process.wait()
        if status != 0:
            errors.seek(0)
            raise _failed(errors.read(), status)


def _split(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the records of a stream; of one that is too large the beginning and the end, with a mark between."""
    head, tail, cut = b"", b"", False
    while block := stream.read(_BLOCK_BYTES):
        first, *others = block.split(b"\0")
        for piece, ends in (
            (first, bool(others)),
            *((other, number < len(others)) for number, other in enumerate(others, 1)),
        ):
            if len(head) + len(piece) <= _RECORD_BYTES and not cut:
                head += piece
            else:
                tail, cut = (tail + piece)[-_RECORD_BYTES:], True
            if ends:
                yield head + (CUT_MARK + tail if cut else b"")
                head, tail, cut = b"", b"", False
    if head or cut:
        yield head + (CUT_MARK + tail if cut else b"")


def _command(words: Sequence[str]) -> list[str]:
    # In a container the folder often belongs to somebody else; what git guards against there, pytest runs anyway.
    return ["git", "-c", "safe.directory=*", *words]


def _environ() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in _STEERING}
    return environment | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def _failed(said: bytes, status: int) -> GitError:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return GitError(lines[-1] if lines else f"it ended with status {status}", status=status)


def _not_called(error: Exception) -> GitError:
    return GitError(f"it can't be called: {error}", there=not isinstance(error, FileNotFoundError))
