import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainee_mgmt.kit.names import pinyin_key


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("曾伟", "zeng wei"),
        ("单雄信", "shan xiong xin"),
        ("解晓东", "xie xiao dong"),
        ("仇英", "qiu ying"),
        ("区志强", "ou zhi qiang"),
        ("查良镛", "zha liang yong"),
        ("朴树", "piao shu"),
        ("盖聂", "ge nie"),
        ("乐嘉", "yue jia"),
        ("召忽", "shao hu"),
        ("覃海", "qin hai"),
        ("尉迟恭", "yu chi gong"),
        ("长孙无忌", "zhang sun wu ji"),
        ("单于明", "chan yu ming"),
        ("万俟卨", "mo qi xie"),
        ("欧阳娜娜", "ou yang na na"),
        ("吕布", "lv bu"),
        ("李乐", "li le"),
        ("䶮", "yan"),
        ("张𬭎", "zhang hong"),
        ("阿卜杜拉·买买提", "a bo du la mai mai ti"),
        ("John Smith", "john smith"),
        ("Élodie", "elodie"),
        ("李 Mike", "li mike"),
    ],
)
def test_names_are_ordered_by_their_reading(name, spoken):
    assert pinyin_key(name) == f"{spoken}  {name}"


def test_a_short_name_comes_before_a_longer_one_that_begins_with_it():
    assert sorted(["李安", "李", "连战", "吕布", "鲁迅", "罗成"], key=pinyin_key) == [
        "李",
        "李安",
        "连战",
        "鲁迅",
        "罗成",
        "吕布",
    ]


def test_names_that_sound_alike_are_ordered_by_their_characters():
    assert sorted(["张玮", "张伟"], key=pinyin_key) == ["张伟", "张玮"]


@given(st.text(max_size=60))
def test_any_name_has_a_key_that_can_be_stored(name):
    assert len(pinyin_key(name)) <= 200
