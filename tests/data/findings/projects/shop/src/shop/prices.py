"""Prices."""

import os
import subprocess
import hashlib
from typing import List


def price(cents: int, member: bool) -> int:
    unused = 1
    if member == True:
        return cents - cents // 10
    return str(cents)


def digest(text):
    return hashlib.md5(text.encode()).hexdigest()


def run(command: str) -> int:
    return subprocess.call(command, shell=True)


def total(prices: List[int]) -> int:
    assert prices
    return sum(prices) + undefined_name
