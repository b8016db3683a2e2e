"""Compiled templates are kept beside the templates, as Python keeps its bytecode: no run compiles them again."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jinja2
from jinja2.bccache import BytecodeCache

from pytest_stagegate.documents.writing import write_whole

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

TEMPLATES: Final = Path(__file__).parent / "templates"
_DIGEST: Final = hashlib.sha256().digest_size


class Compiled(BytecodeCache):
    """Keeps what Jinja2 made of the package's own templates.

    Follows Python's rules for bytecode: ``PYTHONPYCACHEPREFIX`` says where, ``PYTHONDONTWRITEBYTECODE`` that nothing is
    written, and a folder that can't be written is left alone, as is everything where Python keeps no
    bytecode at all. A file that is damaged, or that another Jinja2, Python or template made, is not used.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the kept code, if it is whole; `Bucket` itself looks at Python's version and the template's text."""
        with contextlib.suppress(OSError, NotImplementedError):
            kept = _place(bucket.key).read_bytes()
            if kept[:_DIGEST] == _digest(kept[_DIGEST:]):
                bucket.bytecode_from_string(kept[_DIGEST:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        if not sys.dont_write_bytecode:
            made = bucket.bytecode_to_string()
            with contextlib.suppress(OSError, NotImplementedError):
                write_whole(_place(bucket.key), _digest(made) + made)


def _place(key: str) -> Path:
    return Path(cache_from_source(str(TEMPLATES / f"{key}.j2"))).with_suffix(".jinja")


def _digest(made: bytes) -> bytes:
    return hashlib.sha256(jinja2.__version__.encode() + made).digest()
