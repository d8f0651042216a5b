"""The version of this package, also sent as X-Mock."""

VERSION = "0.1.0"
