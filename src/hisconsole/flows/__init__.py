"""Guided screens: flows are data; answers go in, an outcome comes out, nothing is drawn here."""
