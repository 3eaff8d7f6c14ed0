"""The session machinery: what is the same on every transport, and nothing that a user or a transport names.

The classes that the specification names (`jmslike.connection`, `jmslike.session` and their neighbours) are faces over
this package. Its modules import each other and what lies below; nothing in it knows a face.
"""
