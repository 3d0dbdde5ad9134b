"""The bench: every figure of the console from a real run, beside a named peer in the same run."""
