"""Checking a draft: what of it stands in the places that it cites."""
