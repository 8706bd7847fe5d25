from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from learning.rules.sheet_codes import ALPHABET, SheetCode, read_code

KEYS = st.integers(1, 2**40)
SHEETS = st.one_of(
    st.builds(SheetCode, KEYS, session=KEYS),
    st.builds(SheetCode, KEYS, day=st.dates()),
)


@given(SHEETS)
def test_a_code_leads_back_to_its_sheet(sheet):
    assert read_code(str(sheet)) == sheet


@given(SHEETS)
def test_case_width_spaces_and_signs_that_look_alike_do_not_matter(sheet):
    typed = f" {str(sheet).lower().replace('0', 'o').replace('1', 'l').replace('-', ' － ')} "

    assert read_code(typed) == sheet


@given(SHEETS, st.data())
def test_a_slip_of_one_sign_is_noticed(sheet, data):
    code = str(sheet)
    place = data.draw(st.sampled_from([at for at, sign in enumerate(code) if sign != "-"]))
    other = data.draw(st.sampled_from([sign for sign in ALPHABET if sign != code[place]]))

    assert read_code(f"{code[:place]}{other}{code[place + 1 :]}") is None


@given(SHEETS, st.data())
def test_two_signs_that_change_places_are_noticed(sheet, data):
    signs = list(str(sheet))
    pairs = [
        (one, two)
        for one in range(len(signs))
        for two in range(one + 1, len(signs))
        if signs[one] != signs[two] and "-" not in (signs[one], signs[two]) and two < len(signs) - 2
    ]
    one, two = data.draw(st.sampled_from(pairs)) if pairs else (0, 0)
    signs[one], signs[two] = signs[two], signs[one]

    assert read_code("".join(signs)) == (None if pairs else sheet)


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_none(text):
    found = read_code(text)

    assert found is None or read_code(str(found)) == found


def test_a_code_is_short():
    assert len(str(SheetCode(2868, session=219000))) <= 12
    assert len(str(SheetCode(2868, day=date(2026, 9, 8)))) <= 12
