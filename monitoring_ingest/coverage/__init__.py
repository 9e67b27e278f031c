"""How completely stations report: slots, silence, alarms, scorecards of senders."""
