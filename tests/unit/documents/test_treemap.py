from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.documents.treemap import HEAD, Box, squarified, treemap

BOX = Box(0, 0, 10_000, 5_600)
NAMES = st.text("ab/.\0<é ", max_size=12)


def apart(boxes: Iterable[Box]) -> bool:
    return not any(
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
        for one, other in combinations(boxes, 2)
    )


def inside(box: Box, whole: Box) -> bool:
    return (
        whole.x <= box.x
        and whole.y <= box.y
        and box.x + box.width <= whole.x + whole.width
        and box.y + box.height <= whole.y + whole.height
        and min(box.width, box.height) >= 0
    )


@given(
    st.lists(st.integers(1, 10**9), max_size=40).map(lambda sizes: sorted(sizes, reverse=True)),
    st.tuples(st.integers(0, 300), st.integers(0, 300)),
)
def test_rectangles_fill_the_box_and_none_lies_upon_another(sizes: list[int], size: tuple[int, int]) -> None:
    box = Box(3, 5, *size)
    made = list(squarified(sizes, box))
    assert len(made) == len(sizes)
    assert all(inside(each, box) for each in made)
    assert apart(each for each in made if each.area)
    if sizes:
        assert sum(each.area for each in made) == box.area


@given(st.dictionaries(NAMES, st.integers(0, 5_000), max_size=30))
def test_files_and_lines_of_folders_fill_the_picture(sizes: dict[str, int]) -> None:
    made = treemap(sizes, BOX, apart="\0")
    lines = [box._replace(height=HEAD) for _, box in made.heads]
    shown = [*made.tiles.values(), *lines]
    assert all(inside(each, BOX) for each in shown)
    assert apart(shown)
    assert set(made.tiles) <= {name for name, size in sizes.items() if size}
    if made.tiles:
        assert sum(each.area for each in shown) == BOX.area


@given(st.dictionaries(NAMES, st.integers(0, 9), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_files_is_of_no_account(sizes: dict[str, int], chance: random.Random) -> None:
    mixed = list(sizes.items())
    chance.shuffle(mixed)
    one, other = treemap(sizes, BOX, apart="\0"), treemap(dict(mixed), BOX, apart="\0")
    assert (one.tiles, one.heads, one.folder) == (other.tiles, other.heads, other.folder)


def test_nothing_makes_an_empty_picture() -> None:
    assert treemap({}, BOX).tiles == {}
    assert treemap({"a.py": 0, "": 0}, BOX, apart="").tiles == {}


def test_one_file_is_the_whole_picture() -> None:
    made = treemap({"src/a.py": 7}, BOX)
    assert (made.tiles, made.heads, made.folder) == ({"src/a.py": BOX}, (), "src/")


def test_a_file_is_as_large_as_its_share() -> None:
    made = treemap({"a.py": 3, "b.py": 1}, Box(0, 0, 400, 100))
    assert {name: box.area for name, box in made.tiles.items()} == {"a.py": 30_000, "b.py": 10_000}


def test_rectangles_are_near_squares() -> None:
    made = squarified([1] * 60, Box(0, 0, 6_000, 6_000))
    assert max(max(each.width, each.height) / min(each.width, each.height) for each in made) < 2


def test_folders_lie_together_below_their_names_and_the_common_one_is_named_once() -> None:
    sizes = {"src/shop/a/x.py": 50, "src/shop/a/y.py": 50, "src/shop/b/only/z.py": 60, "src/shop/c.py": 40}
    made = treemap(sizes, BOX)
    assert made.folder == "src/shop/"
    heads = dict(made.heads)
    assert set(heads) == {"a/", "b/only/"}
    assert [name for name, box in made.tiles.items() if inside(box, heads["a/"])] == [
        "src/shop/a/x.py",
        "src/shop/a/y.py",
    ]


def test_what_is_no_file_has_a_place_of_its_own() -> None:
    made = treemap({"src/a.py": 5, "src/b.py": 5, "further": 10}, BOX, apart="further")
    assert made.folder == "src/"
    assert made.tiles["further"].area * 2 == BOX.area


def test_five_thousand_files_and_deep_folders_are_laid_out() -> None:
    sizes = {f"{'d/' * (number % 700)}{number}.py": 1 + number % 97 for number in range(5_000)}
    made = treemap(sizes, BOX)
    lines = sum(box.width * HEAD for _, box in made.heads)
    assert sum(box.area for box in made.tiles.values()) + lines == BOX.area
