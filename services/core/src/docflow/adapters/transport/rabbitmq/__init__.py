"""RabbitMQ: hints on quorum queues, process events by topic, the audit stream. Needs 3.10 or later."""
