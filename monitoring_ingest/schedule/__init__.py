"""The schedule: jobs, slots, leases and the runs of jobs. It knows no door."""
