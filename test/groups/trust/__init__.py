"""What a message's claims are worth, against the test suites and programs that others wrote."""

from test.groups.trust.dkim import DkimPeers

__all__ = ["DkimPeers"]
