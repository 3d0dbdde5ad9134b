"""What can be seen from outside: echo, ports, certificates, DNS and HTTP."""
