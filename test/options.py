"""What the command line of `python3 -m test.run` said, for the groups to read."""

from dataclasses import dataclass
from pathlib import Path


@dataclass
class Options:
    program: Path = Path("build/dev/freehold")
    rounds: int = 30  # of the crash group
    soak_minutes: float = 0  # how long crash, hostile and random go on; 0: their ordinary length
    seed: int = 1  # what is random is the same for the same seed
    match: str = ""  # only tests whose name contains it


options = Options()
