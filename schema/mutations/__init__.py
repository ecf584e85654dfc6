"""Mutations: a module per noun, with the inputs, payloads and fields of its mutations."""
