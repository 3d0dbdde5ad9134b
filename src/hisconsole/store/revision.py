"""The file of the record, and the schema that this program knows."""

RECORD = "record.db"

COPIED = "copied"
"""A file beside a record that is only a copy to look at: no act is taken, nobody watches for it."""

HEAD = "0003"
"""Four digits; revisions sort as text."""
