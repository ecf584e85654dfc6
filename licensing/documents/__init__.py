"""License documents: signed files of a vendor's claims, in every supported format."""
