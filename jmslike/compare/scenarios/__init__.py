"""The scenarios: each plays the same messages through its columns, and checks every number."""
