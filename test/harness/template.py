"""A box's data, made once and copied: a fresh box with its accounts in a tenth of a second."""

import shutil
from pathlib import Path

from test.harness.box import Box, Settings


class Template:
    """A domain with accounts, each with PASSWORD. `make` gives boxes that start with it."""

    def __init__(self, program: Path, folder: Path, accounts: tuple[str, ...] = ("anna", "bert")) -> None:
        self._program = program
        self._box = Box(program, folder)
        self._box.start()
        for name in accounts:
            self._box.add_account(name)
        assert self._box.stop() == 0, self._box.log_tail()

    def make(self, folder: Path, settings: Settings | None = None) -> Box:
        """A stopped box with the template's accounts."""
        box = Box(self._program, folder, certificate=self._box.certificate, settings=settings)
        shutil.rmtree(box.data)
        shutil.copytree(self._box.data, box.data, ignore=shutil.ignore_patterns("*.sock"))
        return box
