"""Faults of the request's shape, with the engine's exact texts (engine.md 4)."""

from __future__ import annotations

import orjson

from mockserver.jsonapi.errors import ApiError

MEDIA_TYPE = "application/vnd.api+json"


def bad_request(detail: str = "Bad Request") -> ApiError:
    """A body that is no JSON, and whatever makes the real engine fail with a 500 (engine.md 14)."""
    return ApiError(400, "400", "Bad Request", detail)


def invalid_resource(name: str) -> ApiError:
    return ApiError(400, "101", "Invalid resource", f"{name} is not a valid resource.")


def filter_not_allowed(name: str) -> ApiError:
    return ApiError(400, "102", "Filter not allowed", f"{name} is not allowed.")


def invalid_field_value(value: str, field: str = "id") -> ApiError:
    return ApiError(400, "103", "Invalid field value", f"{value} is not a valid value for {field}.")


def invalid_field(field: str, type_name: str) -> ApiError:
    return ApiError(400, "104", "Invalid field", f"{field} is not a valid field for {type_name}.")


def not_allowed(member: str) -> ApiError:
    return ApiError(400, "105", "Param not allowed", f"{member} is not allowed.")


def missing(name: str) -> ApiError:
    return ApiError(400, "106", "Missing Parameter", f"The required parameter, {name}, is missing.")


def invalid_filter_value(value: str, name: str) -> ApiError:
    return ApiError(400, "107", "Invalid filter value", f"{value} is not a valid value for {name}.")


def key_required() -> ApiError:
    return ApiError(400, "109", "A key is required", "The resource object does not contain a key.")


def key_not_in_url(key: str) -> ApiError:
    return ApiError(400, "110", "Key is not included in URL", f"The URL does not support the key {key}")


def invalid_include(name: str, type_name: str) -> ApiError:
    return ApiError(400, "112", "Invalid field", f"{name} is not a valid relationship of {type_name}")


def relation_exists(identifier: str) -> ApiError:
    return ApiError(400, "113", "Relation exists", f"The relation to {identifier} already exists.")


def invalid_sort(name: str, type_name: str) -> ApiError:
    text = f"{name} is not a valid sort criteria for {type_name}"
    return ApiError(400, "114", "Invalid sort criteria", text)


def invalid_links_object() -> ApiError:
    return ApiError(400, "115", "Invalid Links Object", "Data is not a valid Links Object.")


def type_mismatch(type_name: str) -> ApiError:
    return ApiError(400, "116", "Type Mismatch", f"{type_name} is not a valid type for this operation.")


def invalid_page_value(value: int, name: str) -> ApiError:
    return ApiError(
        400, "118", "Invalid page value", f"{value} is not a valid value for {name} page parameter."
    )


def page_too_large(most: int) -> ApiError:
    return ApiError(400, "118", "Invalid page value", f"size exceeds maximum page size of {most}.")


def invalid_field_format() -> ApiError:
    return ApiError(400, "119", "Invalid field format", "Fields must specify a type.")


def invalid_filters_syntax(text: str) -> ApiError:
    return ApiError(400, "120", "Invalid filters syntax", f"{text} is not a valid syntax for filtering.")


def data_must_be_hash() -> ApiError:
    return ApiError(400, "122", "Invalid data format", "Data must be a hash.")


def replacement_forbidden() -> ApiError:
    text = "Complete replacement forbidden for this relationship"
    return ApiError(403, "403", "Complete replacement forbidden", text)


def not_acceptable(accept: str) -> ApiError:
    text = (
        f"All requests must use the '{MEDIA_TYPE}' Accept without media type parameters. "
        f"This request specified '{accept}'."
    )
    return ApiError(406, "406", "Not acceptable", text)


def unsupported_media_type(content_type: str) -> ApiError:
    text = (
        f"All requests that create or update must use the '{MEDIA_TYPE}' Content-Type. "
        f"This request specified '{content_type}'."
    )
    return ApiError(415, "415", "Unsupported media type", text)


def shown(value: object, most: int = 200) -> str:
    """A JSON value as an error text quotes it, cut when it is long."""
    return (value if isinstance(value, str) else orjson.dumps(value).decode())[:most]


def server_error() -> ApiError:
    return ApiError(500, "500", "Internal Server Error", "Internal Server Error")
