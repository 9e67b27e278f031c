"""Whole numbers as fields of what is declared and asked for: the grammar of `numbers` beside a type of pydantic.

A command that reads no declared file does without pydantic, so these stand in a file of their own.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from basin.written.numbers import whole

AS_WHOLE = BeforeValidator(whole)  # beside a type, after its bounds, or OpenAPI would not know them
Whole = Annotated[int, AS_WHOLE]
Count = Annotated[int, Field(ge=1), AS_WHOLE]  # a whole number from 1 on
