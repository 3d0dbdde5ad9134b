"""The practice hospital: the targets of the sample played on loopback, to be broken on purpose.

Real SNMP agents, SSH hosts and ports answer as the devices would. `run.run` plays them, `control.command`
is the hand on a running one, and `folder.known_hosts_path` is the file of keys that the watch trusts.
"""
