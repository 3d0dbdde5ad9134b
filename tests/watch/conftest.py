"""The real agent, for the tests that poll one."""

from tests.probes.snmpd import snmpd

__all__ = ["snmpd"]
