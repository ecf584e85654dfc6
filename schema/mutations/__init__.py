"""Mutations: a module per noun with its inputs, payloads and fields."""
