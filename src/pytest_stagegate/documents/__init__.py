"""Renderings of a decision. Documents decide nothing: they receive finished strings."""
