"""The commands `jmslike store`: what a durable folder holds, and changes to it while no process uses it."""
