"""Whether requests and answers are what the contracts say. Reads the OpenAPI documents when first asked."""
