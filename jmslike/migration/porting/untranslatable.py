"""What a translator raises."""


class UntranslatableError(Exception):
    """A part of a program that has no translation."""
