"""People of the demo: made up, always the same for the same seed, with ID numbers of an area code that nobody has."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙史陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
GIVEN = "嘉禾若川以澄亦舟书砚思齐知夏明谷清越立夏望平予安以宁跃川晓棠景行望舒亦然松岚若溪知远嘉木书宁一诺子墨雨桐浩然梓涵宇轩欣怡俊杰雅琪志强建国丽娟海燕晨曦文博静姝天佑婉清振华秀兰永康凯文佩瑶"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass
class Someone:
    name: str
    sex: str
    born_on: date
    id_number: str
    phone: str


class Crowd:
    """Hands out people one after another; names may repeat, as they do in life, numbers never."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.serial = 0

    def someone(self, *, on: date, lowest: int, highest: int) -> Someone:
        """Somebody whose age in full years on the day ``on`` lies between the two."""
        self.serial += 1
        sex = "f" if self.rng.random() < 0.42 else "m"
        years = self.rng.randint(lowest, highest)
        born_on = date(on.year - years, on.month, min(on.day, 28)) - timedelta(days=self.rng.randrange(360))
        given = "".join(self.rng.sample(GIVEN, self.rng.choice((1, 2, 2, 2))))
        name = self.rng.choice(SURNAMES) + given
        body = f"990000{born_on:%Y%m%d}{self.serial % 100:02d}{self.rng.randrange(0, 10, 2) + (0 if sex == 'f' else 1)}"
        return Someone(name, sex, born_on, body + check_digit(body), f"1990{self.serial:07d}")

    def crowd(self, count: int, **ages) -> Iterator[Someone]:
        return (self.someone(**ages) for _ in range(count))


def check_digit(body: str) -> str:
    """The last character of an ID number (GB 11643)."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]
