"""Global object identification and connections, as Relay specifies them."""
