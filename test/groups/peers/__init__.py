"""Real programs as peers: Postfix, Dovecot's SASL server, swaks, curl, mbsync, neomutt, Python's own clients."""

from test.groups.peers.clients import Clients
from test.groups.peers.mirror import Mirror
from test.groups.peers.postfix import PostfixPeers
from test.groups.peers.relay import Relays
from test.groups.peers.terminal import Terminal

__all__ = ["Clients", "Mirror", "PostfixPeers", "Relays", "Terminal"]
