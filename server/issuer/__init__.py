"""The vendor's side: signing keys, license documents and the reference license server."""
