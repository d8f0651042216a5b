"""The claims about a provider, tried on any base URL: this server, or the provider's own sandbox."""
