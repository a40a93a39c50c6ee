"""What a message's claims are worth, against the test suites and programs that others wrote."""

from test.groups.trust.dkim import DkimPeers
from test.groups.trust.spf import SpfSuite

__all__ = ["DkimPeers", "SpfSuite"]
