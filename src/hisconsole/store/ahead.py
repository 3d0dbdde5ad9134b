"""What SQLAlchemy loads only with the first record; the door has it loaded once for all consoles."""
# ruff: noqa: F401 - to be loaded is all it is for.

import sqlalchemy.dialects.sqlite
