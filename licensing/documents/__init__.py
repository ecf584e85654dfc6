"""License documents: signed files that contain a vendor's claims, in every supported format."""
