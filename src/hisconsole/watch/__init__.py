"""The process that keeps readings fresh: schedule, lease, polls, and its own health. It never draws."""
