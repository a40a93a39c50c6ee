"""Runs of two sides that take turns, and what comes of them."""

import json
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Values = Mapping[str, float]  # of one run: name of the figure → value


@dataclass(frozen=True)
class Spread:
    median: float
    min: float
    max: float

    @staticmethod
    def of(values: list[float]) -> "Spread":
        return Spread(statistics.median(values), min(values), max(values))


@dataclass(frozen=True)
class Figure:
    """One line of the result."""

    name: str
    params: Mapping[str, object]
    unit: str
    ours: Spread
    peer_name: str = ""
    peer: Spread | None = None
    also: Mapping[str, object] = field(default_factory=dict)  # what helps to read it

    @property
    def ratio(self) -> float | None:
        return self.ours.median / self.peer.median if self.peer and self.peer.median else None

    def as_json(self) -> str:
        peer = {"name": self.peer_name, **_rounded(self.peer)} if self.peer else None
        return json.dumps({
            "name": self.name, "params": dict(self.params), "unit": self.unit, "ours": _rounded(self.ours),
            "peer": peer, "ratio": _round(self.ratio) if self.ratio is not None else None, **self.also})

    def as_row(self) -> str:
        params = " ".join(f"{key}={value}" for key, value in self.params.items())
        row = f"{self.name:20} {params:42} {_text(self.ours):>28} {self.unit:10}"
        if self.peer:
            row += f" {self.peer_name} {_text(self.peer)}  ×{_round(self.ratio or 0)}"
        also = "  ".join(f"{key}={value}" for key, value in self.also.items())
        return row + (f"   {also}" if also else "")


def take_turns(runs: int, *sides: Callable[[], Values]) -> list[list[Values]]:
    """Each side's runs. The sides alternate, so that what changes on the machine meets all of them."""
    results: list[list[Values]] = [[] for _ in sides]
    for _ in range(runs):
        for side, collected in zip(sides, results, strict=True):
            collected.append(side())
    return results


def spread(runs: list[Values], name: str) -> Spread:
    return Spread.of([run[name] for run in runs])


def median(runs: list[Values], name: str) -> float:
    return _round(spread(runs, name).median)


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def _rounded(values: Spread) -> dict[str, float]:
    return {"median": _round(values.median), "min": _round(values.min), "max": _round(values.max)}


def _text(values: Spread) -> str:
    return f"{_round(values.median):g} ({_round(values.min):g} to {_round(values.max):g})"
