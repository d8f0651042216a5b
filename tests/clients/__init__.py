"""Small real clients, one a provider, that must not buy twice whatever happens to their answers."""
