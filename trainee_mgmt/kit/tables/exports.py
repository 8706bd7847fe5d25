"""What somebody takes out of the system by a spreadsheet."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class ExportRequest:
    """What a person takes out of the system: recorded before the first byte leaves."""

    table: str
    query: str
    count: int
    purpose: str
    kind: str
    columns: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        return json.dumps(self.__dict__, ensure_ascii=False)


RECORDERS: list[Callable[[ExportRequest], None]] = []  # accounts adds its own: the kit has no models
