"""Hosts over SSH: kept connections, a closed table of read-only commands, strict identities."""
