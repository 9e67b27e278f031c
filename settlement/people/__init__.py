"""People: whose offices they act for, how they sign in, and what one proposes and another approves."""
