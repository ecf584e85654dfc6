"""Tools for vendors: signing keys, license documents and the reference license server."""
