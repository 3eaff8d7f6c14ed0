"""The transport of `kafka://`: Apache Kafka through kafka-python."""
