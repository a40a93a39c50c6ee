"""What proves mail, against other people's software."""

from test.groups.trust.dkim import DkimPeers
from test.groups.trust.mail import TrustedMail
from test.groups.trust.spf import SpfSuite

__all__ = ["DkimPeers", "SpfSuite", "TrustedMail"]
