"""The cases by topic."""

from __future__ import annotations

from tests.compat.case import Group
from tests.compat.cases import (
    cors,
    loading,
    operation,
    protocol,
    raw_request,
    raw_response,
    returns,
    schema_frames,
    schema_mode,
    schema_types,
    settings,
    start_failures,
    string_mode,
    swagger,
)

TOPICS = (
    string_mode,
    schema_mode,
    schema_types,
    schema_frames,
    raw_request,
    raw_response,
    returns,
    protocol,
    cors,
    swagger,
    settings,
    loading,
    operation,
    start_failures,
)
ALL_GROUPS: tuple[Group, ...] = tuple(group for topic in TOPICS for group in topic.GROUPS)
