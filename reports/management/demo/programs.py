"""The five programs whose public reports the demo follows; every person, company and session in it is made up."""

from dataclasses import dataclass, field

WITH_COMPANIES = "产业园区与企业"  # a theme of two programs: whoever was in one repeats it in the other
STREETS = ("新湖", "西乡", "航城", "福海", "沙井", "新桥", "松岗", "燕罗", "石岩", "福永")


@dataclass(frozen=True)
class DemoProgram:
    key: str
    city: str
    district: str
    office: str
    name: str
    summary: str
    cohort: str  # its name; {year} is that of its first day
    classes: tuple[str, ...]
    size: int
    weeks_gone: int
    weeks_left: int
    sessions_a_week: int
    topics: tuple[str, ...]
    journals: bool = True
    journal_score: str = "none"
    prompts: str = ""
    ages: tuple[int, int] = (26, 50)
    streets: tuple[str, ...] = field(default=())
    theme: str = ""


PROGRAMS = (
    DemoProgram(
        key="S0",
        city="深圳市",
        district="宝安区",
        office="宝安区培训专班",
        name="点燃学习计划",
        summary="面向民营和外资企业管理、技术人员，三年培训一千余人；每期按街道分十个班。",
        cohort="第三期",
        classes=tuple(f"{street}班" for street in STREETS),
        size=450,
        weeks_gone=8,
        weeks_left=8,
        sessions_a_week=1,
        topics=(
            "战略思维：从产品到平台",
            "领导力工作坊（一）",
            "领导力工作坊（二）",
            "视野格局：全球产业链",
            "出海合规",
            "数字化转型",
            "组织与激励",
            "企业参访",
        ),
        prompts="这一周看到了什么？\n学到了什么，可以用在哪里？\n还有什么问题？",
        streets=STREETS,
    ),
    DemoProgram(
        key="S1",
        city="宁波市",
        district="北仑区",
        office="北仑区星联盟办公室",
        name="星联盟园区研学",
        summary="以产业园区为基地，一园一特色、一基地一品牌。",
        cohort="{year} 年基地骨干班",
        classes=("大碶基地班", "芯港基地班"),
        size=80,
        weeks_gone=5,
        weeks_left=6,
        sessions_a_week=1,
        topics=("园区品牌怎么做", "场地与活动运营", "讲师团建设", "基地互访"),
        journals=False,
        theme=WITH_COMPANIES,
    ),
    DemoProgram(
        key="S2",
        city="郴州市",
        district="市直",
        office="郴州市沉浸式培训专班",
        name="沉浸式培训",
        summary="每批约五十名年轻干部到驻点企业沉浸三个月，写日志、做课题、引项目。",
        cohort="第六批",
        classes=("沉浸班",),
        size=46,
        weeks_gone=7,
        weeks_left=6,
        sessions_a_week=2,
        topics=("每周一学", "每周一分享", "每周一研讨", "月度视频调度"),
        prompts="企业的上下游是谁？\n企业今年的战略是什么？\n最大的风险在哪里？",
        journal_score="points",
        ages=(24, 38),
        theme=WITH_COMPANIES,
    ),
    DemoProgram(
        key="S3",
        city="佛山市",
        district="市级",
        office="佛山市委党校培训处",
        name="主体班次",
        summary="案例课、现场教学与“1+N”联合授课；专题班占六成。",
        cohort="{year} 年第二期",
        classes=("县干班", "青干班", "专题一班"),
        size=147,
        weeks_gone=6,
        weeks_left=5,
        sessions_a_week=2,
        topics=("案例课：镇街治理", "案例课：制造业当家", "现场教学：岭南农业", "1+N 联合授课", "决策咨询写作"),
        journals=False,
        ages=(30, 55),
    ),
    DemoProgram(
        key="S4",
        city="无锡市",
        district="滨湖区",
        office="滨湖区党员教育中心",
        name="党员教育培训",
        summary="年初定重点、季度问进展、年末看成效；点单派单，一训一评。",
        cohort="{year} 年第二批",
        classes=("蠡园班", "河埒班"),
        size=90,
        weeks_gone=4,
        weeks_left=4,
        sessions_a_week=1,
        topics=("理论学习", "现场教学路线一", "流动党员学习日", "技能比武"),
        journals=False,
        ages=(28, 78),
    ),
)

COMPANIES = (
    "启衡精密",
    "云栈软件",
    "澜海电子",
    "合川新材",
    "恒拓自动化",
    "若谷医疗",
    "同舟物流",
    "凌度传感",
    "禾木食品",
    "青禾生物",
    "砺石装备",
    "北辰光电",
)
POSITIONS = ("总经理", "技术总监", "研发经理", "生产经理", "副科长", "一级科员", "项目专员", "人力资源经理")
TALENT = (("重点企业高管", 120), ("技术人才", 116), ("中层管理", 150), ("其他", 64))
PARTIES = ("中共党员", "中共党员", "群众", "共青团员", "民盟盟员")
EDUCATION = ("大学本科", "大学本科", "硕士研究生", "大专", "博士研究生")
THOUGHTS = (
    "这周跟着工艺组走完整条装配线，第一次看清一个零件从来料到出货要过多少道手。",
    "听了供应链的课，回来把我们的关键物料列了一张表，三项只有一家供应商。",
    "分享会上同学讲了出海的账，合规成本比想象的高，但早做早主动。",
    "和车间主任聊了两个小时，他最担心的是年轻人留不住，而不是订单。",
    "把课堂上的目标拆解法用在部门例会，第一次没有超时。",
)
COURSES = tuple((theme, f"{theme}{n}") for theme in ("战略思维", "领导能力", "视野格局") for n in range(1, 5))
LEAVE_REASONS = {  # by whether the kind of leave needs evidence
    False: ("孩子家长会", "办理房产手续", "家中老人需要陪护", "外地亲友婚礼"),
    True: ("参加单位年度审核", "门诊复查，医嘱休息", "随团外出招商", "出席行业标准评审会"),
}
SPEECHES = (  # objections, and the answer where there is one
    ("我 8 点 55 分已到教室，点名时在走廊接工作电话，同桌可以证明。", ""),
    ("当天地铁故障，附有运营公司的延误通知，请改为准时。", ""),
    ("我全程在场，可能是同名同学之间点错了。", "经核实签到表有本人签名，已改为出勤。"),
    ("会议延长，迟到不到五分钟。", "按规则超过五分钟即为迟到，签到时间为 9:12，维持原记录。"),
)
ACTIVITIES = (  # title, place (none: online), days from today, seats
    ("读书会：《制造的逻辑》", "街道图书馆", -35, None),
    ("企业家午餐会", "启衡精密 一楼餐厅", -28, 20),
    ("路演日：十分钟讲清一个项目", "创新中心 1 楼", -21, 40),
    ("给街道的三条建议", "", -17, None),
    ("社区编程课志愿者", "福海社区中心", -12, 12),
    ("线上沙龙：出海第一单", "", -9, None),
    ("羽毛球联谊", "区体育馆", -6, 24),
    ("工艺改进擂台", "恒拓自动化 二车间", -3, 30),
    ("建言献策工作坊", "区政府 302", 4, 15),
    ("旧衣捐赠日", "西乡街道广场", 6, None),
    ("标杆工厂参访", "澜海电子", 9, 25),
    ("徒步与交流", "凤凰山", 13, 60),
    ("线上问答：专精特新怎么报", "", 16, None),
    ("园区互访", "芯港产业园", 20, 40),
)
DRAFTED = "决策咨询报告点评"
