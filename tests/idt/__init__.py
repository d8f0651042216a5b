"""IDT Express DID API v1."""
