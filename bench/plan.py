"""How much is measured."""

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    runs: int = 3
    quick: bool = False  # one small run of each
    full: bool = False  # every combination of parameters

    def choose(self, quick: list[T], usual: list[T], full: list[T] | None = None) -> list[T]:
        if self.quick:
            return quick
        return full if self.full and full else usual
