"""Played SSH hosts: they understand the scripts that the watch sends, and nothing else."""
