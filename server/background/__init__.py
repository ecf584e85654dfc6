"""Work beside requests: scheduled jobs, webhooks and the event feed."""
