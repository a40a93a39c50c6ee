"""What proves mail, against other people's software."""

from test.groups.trust.dkim import DkimPeers
from test.groups.trust.judges import Judges
from test.groups.trust.mail import TrustedMail
from test.groups.trust.own_policy import OwnPolicy
from test.groups.trust.spf import SpfSuite
from test.groups.trust.transport import Transport

__all__ = ["DkimPeers", "Judges", "OwnPolicy", "SpfSuite", "Transport", "TrustedMail"]
