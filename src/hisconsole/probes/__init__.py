"""How things are measured: over SNMP, SSH and the net; read-only, bounded, every failure a value in words."""
