"""The file of the record, and the schema that this program knows."""

RECORD = "record.db"

HEAD = "0003"
"""Four digits; revisions sort as text."""
