"""Load and time: when messages are due, the driver that sends them, logs of what came, and what the times say."""
