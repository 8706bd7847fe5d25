"""The 23 host enterprises of the demo with 30 posts and 50 seats, for the cohort that is there now and the one that comes."""

from datetime import date, timedelta

from django.utils import timezone

from accounts.models import Unit, User
from cohorts.models import Cohort
from placements.models import Host, HostContact, Offer, Post, Seat
from placements.rules.credit_code import check_sign
from placements.services.hosts import close_host, create_host, phone_columns

TOWNS = ("佛山市顺德区", "佛山市南海区", "佛山市禅城区", "佛山市三水区", "佛山市高明区")
INDUSTRIES = ("有色金属", "智能装备", "电子信息", "数字经济", "新能源", "家居建材", "现代物流", "文化旅游")
NAMES = (
    "金锐新材", "恒拓智造", "澜海电子", "云栈软件", "北辰新能", "合川家居", "同舟物流", "青禾文旅", "启衡精铸", "砺石装备",
    "凌度传感", "数岭科技", "远岫储能", "宜木建材", "通衢供应链", "岭南印象", "锦铝科技", "天枢机器人", "若谷半导体", "瀚文数据",
    "曜阳光伏", "素居陶瓷", "顺风仓储",
)  # fmt: skip
POSTS = ("总经理助理", "事业部助理", "项目专员", "生产管理助理", "人力资源助理", "市场拓展专员")
STUDIES = ("计算机", "机械工程", "经济学", "法学", "土木工程", "中文")
MENTORS = (
    "罗景行",
    "潘书禾",
    "蒋云深",
    "韩知白",
    "曾予安",
    "邓若溪",
    "梁立夏",
    "许明谷",
    "唐以宁",
    "沈望舒",
    "方一诺",
    "宋亦然",
)
TWO_POSTS, ONE_SEAT = 7, 10  # so many hosts have two posts, so many posts one seat


def build_hosts(cohort: Cohort, *, by: User, today: date) -> list[Post]:
    """Checked hosts with mentors and posts, kept by the unit of the program."""
    hosts = Host.objects.bulk_create(
        Host(
            unit=cohort.program.unit,
            name=f"{name}有限公司",
            credit_code=f"91440600MA1{number:07d}",
            industry=INDUSTRIES[number % len(INDUSTRIES)],
            size=("大型", "中型", "小型")[number % 3],
            address=f"{TOWNS[number % len(TOWNS)]}创新路 {number + 1} 号",
            has_lodging=number % 3 != 1,
            state=Host.State.CHECKED,
            checked_on=today - timedelta(days=90),
            checked_by=by,
            check_note="营业执照、社保和安全生产记录已核对",
        )
        for number, name in enumerate(NAMES)
    )
    mentors = HostContact.objects.bulk_create(
        HostContact(
            host=host,
            name=MENTORS[number % len(MENTORS)],
            position=("副总经理", "人力资源总监", "生产总监")[number % 3],
            is_mentor=True,
            **phone_columns(f"1980000{number:04d}"),
        )
        for number, host in enumerate(hosts)
    )
    return Post.objects.bulk_create(
        Post(
            host=host,
            name=POSTS[(number + turn) % len(POSTS)],
            requirements=f"熟悉{host.industry}，{STUDIES[(number + turn) % 4]}等专业优先，能长期驻点",
            mentor=mentor,
        )
        for number, (host, mentor) in enumerate(zip(hosts, mentors, strict=True))
        for turn in range(2 if number < TWO_POSTS else 1)
    )


def offer_posts(cohort: Cohort, posts: list[Post], *, until: date) -> list[Offer]:
    """Each post from the first day of the cohort, with one seat or two."""
    offers = Offer.objects.bulk_create(
        Offer(cohort=cohort, post=post, starts_on=cohort.starts_on, ends_on=until, is_required=number == 0)
        for number, post in enumerate(posts)
    )
    Seat.objects.bulk_create(
        Seat(offer=offer, number=number)
        for place, offer in enumerate(offers)
        for number in range(1, 2 if place >= len(offers) - ONE_SEAT else 3)
    )
    return offers


def _sound(code: str) -> str:
    return code + check_sign(code)


def host_states(unit: Unit) -> None:
    """One host that nobody has checked yet, and one that is out of use."""
    words = {"industry": "现代物流", "size": "中型", "address": "佛山市三水区创新路 88 号", "has_lodging": True}
    create_host(unit=unit, name="星野冷链有限公司", credit_code=_sound("91440600MA1900001"), **words)
    closed = create_host(
        unit=unit,
        name="旧港纺织有限公司",
        credit_code=_sound("91440600MA1900002"),
        **(words | {"industry": "家居建材"}),
    )
    close_host(closed, today=timezone.localdate())
