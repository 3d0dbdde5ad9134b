"""The plan as pure rules: standard library only, no input or output, and time is an argument."""
