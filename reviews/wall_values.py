"""The nation's rows of the refusal wall: what a refusal must not rest on, and the closed list of the new kind.

Only what the notice itself forbids. What else a province will not have, it adds as rows of its own.
"""

from reviews.notice_values import TRANSFERS

POST_GRADUATION = "post_graduation_enrolment"
GRADUATION_AUTHORITY = "graduation_authority"
_ALL = [*TRANSFERS, POST_GRADUATION]
_LETTER = "内教基函〔2018〕6号"
_NOTICE = "教基一厅〔2016〕2号"
# Under these codes the reason proof itself is what is asked for again.
_PROOF = ["proof_unreadable", "grad_proof_unreadable"]

# (clause, the sentence that is quoted, source, kinds, stages, codes under which the words pass, the words)
FORBIDDEN = [
    (
        "附件1 三.4；函 二",
        "不得以接收省份可能违规招生、学生分数可能未达到接收省份要求等理由驳回申请",
        f"{_NOTICE} 附件1 三.4；{_LETTER} 二",
        [POST_GRADUATION],
        [GRADUATION_AUTHORITY],
        [],
        """
        违规招生 违规招收 违规招录 违规录取 违规跨省招生 违法招生 违法招收 违法录取 招生违规 录取违规 招录违规
        不合规招生 掐尖 争抢生源 抢生源 没有招生资格 无招生资格 不具备招生资格 超计划招生 计划外招生 无计划招生
        分数不够 分数不足 分数未达 分数没达 分数没有达 分数达不到 分数不达 分数未到 分数不到 分数偏低 分数过低
        分数太低 分数较低 分数低 低分 分不够 成绩不够 成绩未达 成绩没达 成绩没有达 成绩达不到 成绩不达 成绩未到
        成绩偏低 成绩过低 成绩太低 成绩较低 成绩不合要求
        分数线 录取线 录取分数 控制线 未达线 没达线 达不到线 不够线 未上线 没上线 未过线 没过线 低于线
        """,
    ),
    (
        "函 一；附件1 三.1",
        "各地各校不应再要求家长（学生）提供其他材料",
        f"{_NOTICE} 附件1 三.1；{_LETTER} 一",
        _ALL,
        [],
        _PROOF,
        """
        材料不齐 材料不全 材料不足 材料不完整 资料不齐 资料不全 资料不足 证件不齐 证件不全 手续不齐 手续不全
        缺少材料 缺材料 补齐材料 补齐资料
        补交户口本 补交户口簿 补交房产证 补交不动产证 补交居住证 补交社保 补交身份证 补交购房合同 补交租房合同
        补交务工证明 补交劳动合同 补交营业执照
        """,
    ),
    (
        "函 一；附件1 三.1",
        "各地各校不应再要求家长（学生）提供其他材料。除了因故障需要先线下办理以外，取消纸质转学审批表和证明材料",
        f"{_NOTICE} 附件1 三.1；{_LETTER} 一",
        _ALL,
        [],
        [],
        """
        纸质转学 纸质申请 纸质审批 纸质审核 转学审批表 转学审核表 转学申请表 转学联系函 转学联系单
        补交成绩 补交学籍证明 提供学籍证明 补交在读证明 补交毕业证 补交出生 补交体检 补交接种 补交预防接种
        补交无犯罪 补交计划生育 补交准生证
        """,
    ),
    (
        "正文 一",
        "不应将学生之前有无学籍或学籍是否已转至接收地作为确定入学资格的必要条件",
        f"{_NOTICE} 正文一",
        _ALL,
        [],
        [],
        """
        没有学籍不得 没有学籍不能 没有学籍不予 没有学籍不可 无学籍不得 无学籍不能 无学籍不予 无学籍不可
        未建学籍不得 未建学籍不能 未建学籍不予 学籍未转不得 学籍未转不能 学籍未转不予
        """,
    ),
    (
        "附件1 一.4",
        "各地各校在办理有关业务时要对持有临时学籍号的学生一视同仁",
        f"{_NOTICE} 附件1 一.4",
        _ALL,
        [],
        [],
        """
        临时学籍号不予 临时学籍号不能 临时学籍号不可 临时学籍号不得 临时号不予 临时号不能 临时号不可
        没有正式学籍号 无正式学籍号 尚无正式学籍号 未取得正式学籍号 未下发正式学籍号
        未分配正式学籍号 不是正式学籍号 非正式学籍号
        """,
    ),
]

_RECEIVING = ["receiving_school", "receiving_authority"]
_DECIDING = [*_RECEIVING, GRADUATION_AUTHORITY]
_ASKING = ["receiving_authority", GRADUATION_AUTHORITY]
# (code, outcome, stages, text, clause)
POST_GRADUATION_REASONS = [
    (
        "grad_not_local",
        "refuse",
        [GRADUATION_AUTHORITY],
        "学生不是本地学校毕业，或不是该生本人",
        "附件1 三.4",
    ),
    ("grad_guardian_declines", "refuse", _DECIDING, "监护人明确表示不再去该校就读", "附件1 三.4"),
    ("grad_wrong_school", "refuse", _DECIDING, "发起学校有误，学生不到该校就读", "附件1 三.3"),
    (
        "grad_reported_here",
        "refuse",
        [GRADUATION_AUTHORITY],
        "学生已被本省（自治区）学校录取并报到",
        "附件1 三.6",
    ),
    (
        "grad_not_admitted",
        "refuse",
        _RECEIVING,
        "招生学校没有录取该生",
        "附件1 三.4",
    ),
    (
        "grad_conditions",
        "refuse",
        ["receiving_authority"],
        "不符合本省（自治区）公布的外省学生就学条件",
        "附件1 三.4",
    ),
    ("grad_proof_unreadable", "send_back", _ASKING, "就学证明缺失或无法辨认", "附件1 三.1"),
    ("grad_school_mistaken", "send_back", _ASKING, "毕业学校或毕业时间填写有误", "附件1 三.4"),
    ("grad_class_mistaken", "send_back", _ASKING, "入读年级或班级填写有误", "附件1 四.2"),
]
