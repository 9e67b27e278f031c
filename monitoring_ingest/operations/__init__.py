"""What keeps the house running and is never evidence: leases, runs of the schedule, keys. All of it may change."""
