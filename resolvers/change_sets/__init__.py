"""License changes: received, reviewed, activated or rejected."""
