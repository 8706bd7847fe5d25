"""A test that gives up before a script tries again fails by chance."""

import re

from ops.environment import ROOT
from tests.browsers import PATIENCE

WAITS = re.compile(r"(?:setTimeout\(.*?|timeout\(|PATIENCE = |RETRY = |MOMENT = )(\d[\d_]*)\b")


def waits():
    for script in [*ROOT.glob("static/*/*.js"), *ROOT.glob("templates/**/*.js")]:
        for line in script.read_text().splitlines():
            yield from (int(found.replace("_", "")) for found in WAITS.findall(line))


def test_whoever_looks_at_a_page_waits_longer_than_any_script_before_it_tries_again():
    longest = max(waits())

    assert longest >= 15_000
    assert 4 * longest < PATIENCE
