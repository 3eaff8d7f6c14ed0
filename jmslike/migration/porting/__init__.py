"""What `jmslike port` does: a draft in Python of a Java program that uses JMS."""
