"""Tools are run as words, in a group of their own, and end in their time."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from pytest_stagegate.evidence.tools import Ended, Tools

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")

LONG = 60_000_000


def python(code: str, *args: str) -> list[str]:
    return [sys.executable, "-c", code, *args]


def ran(folder: Path, command: list[str], limit: int = LONG) -> tuple[Ended, str]:
    with (folder / "out").open("w+b") as output:
        ended = Tools(folder, os.environ).run(command, output, limit)
        output.seek(0)
        return ended, output.read().decode()


def dies(process: int) -> bool:
    """Whether a process is gone, or soon will be."""
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        if "State:\tZ" in Path(f"/proc/{process}/status").read_text():
            return True
        time.sleep(0.05)
    return False


def test_a_tool_is_run_in_the_folder_and_its_output_is_taken(tmp_path: Path) -> None:
    ended, output = ran(tmp_path, python("import os; print(os.getcwd())"))
    assert (ended, output) == (Ended(0), f"{tmp_path}\n")


def test_a_shell_has_no_say(tmp_path: Path) -> None:
    words = ["; touch made", "$(touch made)", "`touch made`", "*", "a b", "| tee made", "> made", "$HOME"]
    _, output = ran(tmp_path, python("import sys; print(sys.argv[1:])", *words))
    assert output == f"{words}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_tool_reads_nothing_from_the_terminal(tmp_path: Path) -> None:
    assert ran(tmp_path, python("import sys; print(repr(sys.stdin.read()))")) == (Ended(0), "''\n")


def test_the_status_and_the_last_words_are_kept(tmp_path: Path) -> None:
    ended, _ = ran(tmp_path, python("import sys; print('a\\nb: no', file=sys.stderr); sys.exit(7)"))
    assert ended == Ended(7, "", "b: no")


def test_last_words_name_no_folder_of_this_machine(tmp_path: Path) -> None:
    ended, _ = ran(tmp_path, python("import os, sys; sys.exit(os.getcwd() + '/a.py: broken')"))
    assert ended == Ended(1, "", "a.py: broken")


def test_a_flood_of_errors_stops_nobody(tmp_path: Path) -> None:
    code = "import sys; [sys.stderr.write('x' * 65536 + '\\n') for _ in range(300)]; sys.stderr.write('end')"
    ended, _ = ran(tmp_path, python(code))
    assert ended == Ended(0, "", "end")


def test_one_endless_line_is_shortened(tmp_path: Path) -> None:
    ended, _ = ran(tmp_path, python("import sys; sys.stderr.write('x' * 100_000)"))
    assert len(ended.last_words) <= 200


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("no-such-program-here", "could not be run: there is no program 'no-such-program-here'"),
        ("./text", "could not be run: './text': Permission denied"),
    ],
)
def test_a_program_that_can_t_be_run_is_no_exception(tmp_path: Path, program: str, problem: str) -> None:
    (tmp_path / "text").write_text("no program")
    assert ran(tmp_path, [program])[0] == Ended(None, problem)


def test_a_tool_that_a_signal_ends_has_no_status(tmp_path: Path) -> None:
    ended, _ = ran(tmp_path, python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
    assert ended == Ended(None, "was ended by SIGSEGV")


def test_a_tool_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    inner = "import os, time; open('child', 'w').write(str(os.getpid())); time.sleep(100)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    ended, _ = ran(tmp_path, python(outer), 2_000_000)
    assert ended == Ended(None, "was not done after 2 s and was stopped")
    assert dies(int((tmp_path / "child").read_text()))


def test_a_child_that_lives_on_holds_nobody_up(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(8)'])"
    began = time.monotonic()
    ended, _ = ran(tmp_path, python(code))
    assert (ended.status, time.monotonic() - began < 6) == (0, True)


def test_all_tools_can_be_stopped_and_none_starts_after_that(tmp_path: Path) -> None:
    tools = Tools(tmp_path, os.environ)
    ended: list[Ended] = []
    sleeping = threading.Thread(target=lambda: ended.append(tools.run(["sleep", "100"], None, LONG)))
    sleeping.start()
    while not tools._running:
        time.sleep(0.01)
    tools.stop()
    sleeping.join(10)
    assert ended == [Ended(None, "was ended by SIGKILL")]
    assert tools.run(["sleep", "100"], None, LONG).problem == "was not run, because the others were stopped"
