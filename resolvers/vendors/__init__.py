"""Vendors, the keys they sign with and their license servers."""
