"""The file of the record, and the schema that this program knows."""

RECORD = "record.db"

COPIED = "copied"
"""A file beside a record that is only a copy to look at: no act is taken, nobody watches for it."""

SEEN = "record.seen"
"""A file beside a record, or beside a host's part of one on a server: the head that its watch saw last."""

TIMELINE = "record.timeline"
"""A file beside a host's part of a record on a server: which server's promotion was seen here last."""

HEAD = "0003"
"""Four digits; revisions sort as text."""
