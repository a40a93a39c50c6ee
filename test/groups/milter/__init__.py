"""Mail filters over the milter protocol: rspamd, ClamAV and one over libmilter, as real processes."""

from test.groups.milter.filters import Milters
from test.groups.milter.signed import SignedMail

__all__ = ["Milters", "SignedMail"]
