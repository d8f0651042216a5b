"""A JSON:API engine that answers as jsonapi-resources 0.9 does. It knows nothing of DIDWW."""
