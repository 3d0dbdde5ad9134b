"""The file of the record, and the schema that this program knows."""

RECORD = "record.db"

HEAD = "0002"
"""Four digits; revisions sort as text."""
