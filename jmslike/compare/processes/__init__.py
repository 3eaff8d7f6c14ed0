"""Receivers that are processes of their own: one that is killed, and those of timed runs."""
