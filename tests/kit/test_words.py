import json
from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.utils.translation import override

from learning.rules.conflict_words import when_words
from trainee_mgmt.kit.words import say as _
from trainee_mgmt.kit.words import say_many, spoken, stored


@dataclass
class Told:
    why: str


def kept(value):
    """As it comes back from the database."""
    return json.loads(json.dumps(stored(value)))


def test_a_sentence_is_said_in_the_language_of_whoever_reads_it():
    with override("zh-hans"):
        sentence = _("This cell is empty.")
        payload = kept({"problems": [asdict(Told(sentence))], "rows": 3, "old": "当时就是这样写的。"})
    with override("en"):
        english = spoken(payload)
    with override("zh-hans"):
        chinese = spoken(payload)

    assert str(sentence) == sentence == chinese["problems"][0]["why"] != "This cell is empty."
    assert english == {"problems": [{"why": "This cell is empty."}], "rows": 3, "old": "当时就是这样写的。"}


def test_what_stands_in_a_sentence_is_said_too(clock):
    start, end = datetime(2026, 9, 8, 1, tzinfo=UTC), datetime(2026, 9, 8, 3, tzinfo=UTC)
    with override("zh-hans"):
        inner = say_many("%(n)s person", "%(n)s people", 2) % {"n": 2}
        when = when_words(start, end)
        told = kept([ValueError(_("Row %(row)s has this session already.") % {"row": inner}).args[0], when])

    with override("en"):
        assert spoken(told) == ["Row 2 people has this session already.", "8 Sep Tuesday 09:00–11:00"]
    assert when != spoken(told)[1]
    assert deepcopy(inner) is inner
