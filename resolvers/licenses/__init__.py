"""Licenses in force, their seats and the users who hold them."""
