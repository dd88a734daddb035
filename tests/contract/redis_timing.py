"""Quicker than in production, so that a test of an outage takes seconds."""

from docflow.adapters.redis.link import RedisTiming

QUICK = RedisTiming(command_s=0.5, watch_s=0.2, again_s=0.1, misconfigured_s=0.2)
