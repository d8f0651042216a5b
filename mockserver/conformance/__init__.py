"""Whether requests and answers are what the contracts say: the OpenAPI documents, read when something is checked."""
