"""Not Python."""

import os


def broken(:
    return os
