"""Background tasks: scheduled jobs, webhook deliveries and the event feed."""
