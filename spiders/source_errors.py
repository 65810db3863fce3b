"""What is wrong with a source file, in sentences that name the key and what is allowed there. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_FORMS = {
    "slug": "small letters, digits and underscores, as moh_gov_vn",
    "country": "two capital letters of ISO 3166, as VN",
    "language": "two small letters of ISO 639, as vi",
    "method": "GET or POST",
}


def mistakes(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """A sentence a mistake, each naming its key; `model` is what the whole file was checked against."""
    problems = error.errors(include_url=False)
    inner = {problem["loc"] for problem in problems if problem["type"] != "too_short"}
    for problem in problems:
        place = ".".join(str(part) for part in problem["loc"])
        match problem["type"]:
            case "extra_forbidden":
                allowed = ", ".join(allowed_keys(_model_at(problem["loc"][:-1], model)))
                yield f"key `{place}`: is not a word of source files; allowed: {allowed}"
            case "missing":
                yield f"key `{place}`: is missing"
            case "string_pattern_mismatch":
                form = _FORMS.get(str(problem["loc"][-1]), problem["ctx"]["pattern"])
                yield f"key `{place}`: {problem['input']!r} does not fit; allowed: {form}"
            case "too_short" if any(other[: len(problem["loc"])] == problem["loc"] for other in inner):
                pass  # what is wrong with its members is said already
            case "enum":
                yield f"key `{place}`: {problem['input']!r} is not known; allowed: {problem['ctx']['expected']}"
            case _:
                message = problem["msg"].removeprefix("Value error, ")
                given = "" if isinstance(problem["input"], dict) else f", not {problem['input']!r}"
                yield f"key `{place}`: {message}{given}" if place else message


def _model_at(place: tuple[int | str, ...], model: type[BaseModel]) -> type[BaseModel]:
    """The model that a place in a file of that model is of."""
    for part in place:
        if isinstance(part, str):
            model = _inner(model, part) or model
    return model


def _inner(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    field = model.model_fields.get(key)
    if field is None:
        return None
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def allowed_keys(model: type[BaseModel]) -> list[str]:
    """The keys that a table of that model may have, as they are written in a file."""
    fields: Mapping[str, Any] = model.model_fields
    return [field.alias or name for name, field in fields.items()]
