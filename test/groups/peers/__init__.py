"""Real programs as peers: Postfix, Dovecot's SASL server, swaks, curl, mbsync, offlineimap, fetchmail, mpop, neomutt, Python's own clients."""

from test.groups.peers.clients import Clients
from test.groups.peers.mirror import Mirror
from test.groups.peers.offline import Offline
from test.groups.peers.pop3 import Pop3
from test.groups.peers.postfix import PostfixPeers
from test.groups.peers.relay import Relays
from test.groups.peers.terminal import Terminal

__all__ = ["Clients", "Mirror", "Offline", "Pop3", "PostfixPeers", "Relays", "Terminal"]
