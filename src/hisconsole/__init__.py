"""The terminal console of a hospital's information center."""

__version__ = "0.1.0"
