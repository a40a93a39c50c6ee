"""The groups of tests; each module is one group, or its folder is."""
