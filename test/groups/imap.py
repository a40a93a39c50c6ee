"""The IMAP conformance suite: each case of test/imap/*.txt is one test, with an account that nobody has used."""

import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path

from test.harness.box import DOMAIN, Box
from test.harness.imap_case import Case, CaseDialogue, read_cases
from test.harness.template import Template
from test.options import options

_FOLDER = Path(__file__).parent.parent / "imap"
# Making an account is dear, for its password is; copying a box is not.
_ACCOUNTS = tuple(f"user{n}" for n in range(24))


class Imap(unittest.TestCase):
    box: Box | None = None

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.template = Template(options.program, cls.folder / "template", _ACCOUNTS)
        cls.boxes, cls.unused = 0, list[str]()

    @classmethod
    def tearDownClass(cls) -> None:
        cls._stop()

    @classmethod
    def _stop(cls) -> None:
        box, cls.box, cls.unused = cls.box, None, []
        if box is not None:
            code = box.stop()
            assert code == 0, f"the server's exit code is {code}\n{box.log_tail(20)}"

    @classmethod
    def _users(cls) -> tuple[str, str]:
        if len(cls.unused) < 2:
            cls._stop()
            cls.boxes += 1
            cls.box = cls.template.make(cls.folder / f"{cls.boxes}")
            cls.box.start()
            cls.unused = [f"{name}@{DOMAIN}" for name in _ACCOUNTS]
        # The other one is the next case's own unless this one needs it.
        return cls.unused[0], cls.unused[1]

    def play(self, case: Case) -> None:
        users = self._users()
        box = self.box
        assert box is not None
        del self.unused[: 2 if any("other" in step.text for step in case.steps) else 1]
        try:
            CaseDialogue(case, box, users).play()
            self.assertTrue(box.running(), "the server ended")
        except BaseException:
            if not box.running():
                print(box.log_tail(20))
                type(self).unused = []
            raise


def _test_of(case: Case) -> Callable[[Imap], None]:
    def test(self: Imap) -> None:
        self.play(case)

    test.__doc__ = f"imap.{case.path.stem}: {case.title}"
    return test


for _path in sorted(_FOLDER.glob("*.txt")):
    for _case in read_cases(_path):
        setattr(Imap, f"test_{_path.stem}_{_case.line:04}", _test_of(_case))
