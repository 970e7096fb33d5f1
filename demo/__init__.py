"""The demo: a campaign, robot agents and a world of customers, all on real telephony."""
