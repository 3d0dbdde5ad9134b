"""What is remembered: events (the record), projections rebuilt from them, backups; all of SQLAlchemy."""
