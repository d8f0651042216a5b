"""Requests and answers held against the OpenAPI documents in `contracts/`.

Nothing here is on the way of a request unless `check_contracts` is set: documents are read, and validators
compiled, with the first check. Knows no provider: each says which document describes a request
(`Provider.described`).
"""
