"""Sessions, API tokens and identities of an OpenID Connect provider."""
