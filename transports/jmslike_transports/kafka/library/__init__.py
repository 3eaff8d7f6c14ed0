"""Every use of what kafka-python keeps private, seen with its version 3.0."""
