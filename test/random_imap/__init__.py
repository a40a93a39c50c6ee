"""Sessions that do random things in the same mailboxes, each with a model of what it must see. See README.md, group `random`."""
