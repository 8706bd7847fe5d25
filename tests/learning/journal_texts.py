"""Journals of a cohort, made up the same way each time: own sentences among stock phrases that everybody uses.

A sentence is a frame that several people use, filled with what one person saw. Stock phrases, slogans of meetings and the
openings of weekly journals come in all of them, as they do in life.
"""

import random

OPENINGS = (
    "本周在企业导师的指导下，我继续在{post}岗位学习。",
    "这一周按照专班的统一安排，我到{company}的{place}跟班。",
    "在{company}的第{n}周，工作逐渐上手。",
    "本周主要参加了{topic}的学习，现将有关情况记录如下。",
    "周一参加了{topic}，周二起回到{place}。",
)
STOCK = (
    "通过学习，我进一步提高了思想认识，增强了做好工作的责任感和使命感。",
    "下一步，我将继续虚心学习，认真总结，努力把所学所思转化为工作实效。",
    "理论联系实际，学以致用，切实把学习成果转化为服务企业的能力。",
    "感谢企业导师的悉心指导和同事们的热情帮助。",
    "深入学习贯彻党的二十大精神，坚持稳中求进工作总基调。",
    "作为一名年轻干部，我深感责任重大、使命光荣。",
    "存在的不足是对企业的情况了解还不够深入，专业知识还不够扎实。",
    "营商环境没有最好，只有更好。",
)
FRAMES = (
    "{who}告诉我，{thing}的{part}去年换了{n}次，原因是{cause}。",
    "我跟着{who}看了{place}，发现{thing}要等{n}天才能{act}。",
    "客户上午打来电话，说{thing}少了{n}件，最后查到是{cause}。",
    "比起机关，这里开会只用{n}分钟，{who}当场就定下由谁去{act}。",
    "我把{n}份{paper}对了一遍，其中有{m}处{part}对不上。",
    "{company}今年想{act}，卡在{cause}，{who}为此跑了{n}趟。",
    "中午和{who}在食堂聊起{cause}，他说最缺的是懂{thing}的人。",
    "原来{part}占了{thing}成本的百分之{n}，这一点我以前完全没有想到。",
    "下午试着自己{act}，做了{n}遍，第{m}遍才合格。",
    "{place}的墙上贴着{n}条规定，{who}只记得{m}条，却从没出过差错。",
    "如果{cause}能解决，{thing}一年可以多做{n}批。",
    "我问{who}为什么不用{paper}，他说{cause}，用了反而慢。",
    "周五盘点，{thing}比账上多{n}箱，{who}怀疑是{part}记重了。",
    "去{company}的路上修路，绕了{n}公里，司机说起{cause}。",
)
WORDS = {
    "who": (
        "李工",
        "班长老周",
        "质检的小陈",
        "仓库主管",
        "销售部何姐",
        "厂长",
        "财务的吴会计",
        "退休返聘的唐师傅",
        "采购小刘",
        "维修组长",
    ),
    "thing": (
        "石墨负极",
        "微电机转子",
        "铝型材",
        "锂电隔膜",
        "电子玻璃",
        "矿物涂料",
        "精密齿轮",
        "覆铜板",
        "茶油礼盒",
        "萤石粉",
        "光学镜片",
    ),
    "part": ("来料编号", "夹具", "热处理工序", "包装", "运费", "电费", "模具", "检验记录", "批次标签", "税号"),
    "cause": (
        "上游停电检修",
        "两个部门各记各的账",
        "环评还没有批下来",
        "新来的工人不熟悉设备",
        "出口报关单填错了一栏",
        "银行额度到期没有续上",
        "厂房消防没有验收",
        "原料涨价",
        "高铁货运改了时间",
        "园区的蒸汽压力不够",
    ),
    "act": (
        "排产",
        "装车",
        "换模",
        "调试机器人",
        "申报高新企业",
        "跑一遍流程图",
        "核对回单",
        "给客户寄样品",
        "上一条新线",
        "写操作规程",
    ),
    "place": (
        "二号车间",
        "成品仓",
        "实验室",
        "调度室",
        "园区办事大厅",
        "码头堆场",
        "污水处理站",
        "展厅",
        "食堂后面的空地",
    ),
    "paper": ("送货单", "生产日报", "检验报告", "合同台账", "能耗表", "考勤表", "设备点检卡"),
    "company": (
        "恒昌新材",
        "湘南微电",
        "金贵银业",
        "华磊光电",
        "东江食品",
        "五岭铝业",
        "博太超细",
        "高斯贝尔",
        "炬神电子",
    ),
    "post": ("生产计划", "项目申报", "市场", "质量管理", "行政", "供应链"),
    "topic": ("每周一学", "每周一研讨", "支部主题党日", "月度视频调度", "每周一分享"),
}
WORDS_OF_WORK = (
    "车间 班组 订单 图纸 样品 炉温 粉尘 叉车 栈板 货架 客户 税务 海关 清单 台秤 吊装 镀层 硬度 "
    "公差 焊缝 螺栓 油污 噪声 手套 护目 值班 交接 夜班 返工 报废 良率 产能 节拍 瓶颈 看板 白板 "
    "例会 纪要 签字 盖章 扫描 归档 招标 报价 账期 回款 垫资 抵押 担保 利率 补贴 政策 申报 专利 "
    "商标 展会 参展 名片 样册 物流 仓租 运单 冷链 报关 退税 汇率 美元 关税 越南 墨西哥 分厂 搬迁 "
    "扩建 地块 红线 围墙 道路 管网 变压器 电价 峰谷 光伏 储能 屋顶 消防 喷淋 通道 演练 隐患 整改 "
    "台账 复查 食堂 宿舍 班车 社保 工伤 招工 学徒 师傅 技校 大专 留人 工资 绩效 加班 调休 晨会 "
    "口号 标语 企业文化 老板 股东 家族 接班 上市 辅导 券商 审计 内控 数据 接口 系统 扫码 条码 追溯 "
    "批号 留样 检测 标准 国标 客诉 赔偿 道歉 回访 满意 "
)
LEXICON = WORDS_OF_WORK.split()
JOINTS = (
    "的",
    "和",
    "在",
    "把",
    "到",
    "先",
    "再",
    "也",
    "被",
    "对",
    "从",
    "让",
    "比",
    "跟",
    "才",
    "没",
    "了",
    "就",
    "还",
    "与",
)
QUOTED = (
    "习近平总书记强调，年轻干部要在摸爬滚打中增长才干，在层层历练中积累经验，要多经历风吹浪打，多捧烫手山芋，多当热锅上的蚂蚁，"
    "在经风雨、见世面中长才干、壮筋骨，练就担当作为的硬脊梁、铁肩膀、真本事。"
)


def sentence(dice: random.Random, frame: str) -> str:
    words = {name: dice.choice(choices) for name, choices in WORDS.items()}
    return frame.format(n=dice.randint(2, 60), m=dice.randint(2, 9), **words)


def detail(dice: random.Random) -> str:
    """What only this person saw: the words are everybody's, their order is not."""
    words = dice.sample(LEXICON, dice.randint(6, 10))
    return "".join(word + (dice.choice(JOINTS) if dice.random() < 0.7 else "") for word in words) + "。"


def paragraph(dice: random.Random, sentences: int) -> str:
    frames = dice.sample(FRAMES, sentences)
    return "".join(sentence(dice, frame) + (detail(dice) if dice.random() < 0.6 else "") for frame in frames)


def journal(dice: random.Random) -> str:
    """Three paragraphs of one's own, with an opening and two or three stock phrases; some quote what all were told to read."""
    parts = [
        sentence(dice, dice.choice(OPENINGS)) + paragraph(dice, dice.randint(3, 4)),
        paragraph(dice, dice.randint(3, 5)),
    ]
    if dice.random() < 0.25:
        parts.append(QUOTED)
    stock = dice.sample(STOCK, dice.randint(2, 3))
    return "\n\n".join([*parts, paragraph(dice, dice.randint(2, 4)) + "".join(stock)])


def own_paragraph(dice: random.Random) -> str:
    """What somebody might copy: a paragraph of about a hundred characters or more."""
    return paragraph(dice, dice.randint(4, 5))


def with_words_changed(dice: random.Random, text: str) -> str:
    """Names, numbers and turns of phrase replaced, some signs dropped, about one word in eight."""
    for _each in range(len(text) // 14):
        at = dice.randrange(len(text) - 3)
        new = dice.choice(("其实", "后来", "当时", "我们", "大家", "很", "", "一些", "公司"))
        text = text[:at] + new + text[at + dice.choice((1, 2)) :]
    return text


def with_sentences_reordered(dice: random.Random, text: str) -> str:
    sentences = [each + "。" for each in text.split("。") if each]
    dice.shuffle(sentences)
    return "".join(sentences)
