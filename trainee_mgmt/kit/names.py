"""The order of names by pinyin: a stored sort key, so that lists sort in the database; and names as they are compared."""

import re
import unicodedata
from functools import cache
from importlib import import_module

from django.db import models

SEPARATOR = "  "  # two spaces sort before any syllable, so 李 comes before 李安

# Surnames read otherwise than the same character usually is. To mend a reading, change or add a pair here.
IRREGULAR = """
    曾 zeng 单 shan 解 xie 仇 qiu 区 ou 查 zha 朴 piao 盖 ge 乐 yue 召 shao 覃 qin 缪 miao 翟 zhai 洗 xian 隗 wei
    员 yun 都 du 卜 bu 祭 zhai 种 chong 重 chong 繁 po 黑 he 折 she 秘 bi 薄 bo 阚 kan 句 gou 郇 xun 蔚 yu 藏 zang
    乜 nie 炅 gui 粘 nian 能 nai 省 xing 尉迟 yu-chi 万俟 mo-qi 单于 chan-yu 澹台 tan-tai 乐正 yue-zheng 长孙 zhang-sun
"""
_WORDS = IRREGULAR.split()
SURNAMES = {surname: reading.split("-") for surname, reading in zip(_WORDS[::2], _WORDS[1::2])}
KEY_LIMIT = 200
MARKS = re.compile("[\u0300-\u036f]")


@cache
def _readings() -> dict[int, str]:
    """Code point -> readings, the usual one first. Loaded with the first name: it takes 0.2 s and 40 MB."""
    return import_module("pypinyin.constants").PINYIN_DICT


@cache
def _syllable(char: str) -> str:
    """The usual reading of a character without its tone (ü is v); other letters small and without accents."""
    reading = _readings().get(ord(char), "").split(",")[0].replace("-", "")
    letters = unicodedata.normalize("NFD", reading or char.casefold())
    return MARKS.sub("", letters.replace("u\u0308", "v") if reading else letters) or char


def syllables(name: str) -> list[str]:
    """How a name is read: 曾伟 -> zeng, wei."""
    surname = "" if "·" in name else next((name[:n] for n in (2, 1) if name[:n] in SURNAMES), "")
    return [*SURNAMES.get(surname, ()), *_spoken(name[len(surname) :])]


def pinyin_key(name: str) -> str:
    """曾伟 -> ``zeng wei  曾伟``: the syllables, then the name itself to order names that sound alike.

    Meant to be compared byte by byte; cut where a stored key ends.
    """
    return (" ".join(syllables(name)) + SEPARATOR + name)[:KEY_LIMIT]


def _spoken(text: str) -> list[str]:
    """Syllables of Chinese characters; words of other letters stay together."""
    spoken: list[str] = []
    is_word = False
    for char in text:
        if ord(char) in _readings():
            spoken.append(_syllable(char))
            is_word = False
        elif char.isalnum():
            if is_word:
                spoken[-1] += _syllable(char)
            else:
                spoken.append(_syllable(char))
            is_word = True
        else:
            is_word = False
    return spoken


def name_key(name: str) -> str:
    """A name as it is compared: one width, no spaces, no case."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name).lower())


class NameKey(models.Func):
    """The same in the database."""

    template = "regexp_replace(lower(normalize(%(expressions)s, NFKC)), '\\s', '', 'g')"
    output_field = models.TextField()
