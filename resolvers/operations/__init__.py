"""Installations, consistency checks, statistics and scheduled jobs."""
