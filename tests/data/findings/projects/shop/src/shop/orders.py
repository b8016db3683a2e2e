"""Orders."""

import pickle


class Order:
    def __init__(self, lines=[]):
        self.lines = lines

    def load(self, data: bytes) -> "Order":
        try:
            return pickle.loads(data)
        except:
            pass

    def size(self) -> int:
        return len(self.line)


def first(order: Order) -> int:
    number: int = "1"
    return order.lines.first(number)


def noisy(order: Order) -> None:
    print(eval("order"))  # nosemgrep: no-print
    x: int = "2"  # noqa: F841
