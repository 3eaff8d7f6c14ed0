"""Every use of what kafka-python keeps private, as seen in its version 3.0.

Nothing outside this folder touches an underscore name of the library. tests/unit/kafka/test_library.py lists each name
with its file, so that a new version that renames one fails there; pyproject.toml admits no version that was not seen.
"""
