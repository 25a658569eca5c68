"""What the made-up fault lists, parts lists and questions say, in Chinese and English."""

from __future__ import annotations

# Each entry: English, Chinese, what can go wrong with it (electric, fluid, moving).
COMPONENTS = [
    ("spindle motor", "主轴电机", "em"), ("coolant pump", "冷却泵", "efm"), ("lubrication pump", "润滑泵", "efm"),
    ("tool magazine", "刀库", "m"), ("X-axis drive", "X轴驱动器", "e"), ("Z-axis drive", "Z轴驱动器", "e"),
    ("hydraulic unit", "液压站", "efm"), ("clamping cylinder", "夹紧油缸", "f"), ("oil cooler", "油冷却器", "fm"),
    ("brake resistor", "制动电阻", "e"), ("DC bus", "直流母线", "e"), ("cabinet fan", "电柜风扇", "em"),
    ("chip conveyor", "排屑器", "em"), ("air dryer", "冷干机", "efm"), ("pressure sensor", "压力传感器", "e"),
    ("barrel heater zone 2", "料筒二区加热圈", "e"), ("vacuum pump", "真空泵", "efm"), ("gripper", "抓手", "m"),
    ("proportional valve", "比例阀", "ef"), ("belt drive", "皮带传动", "m"), ("gearbox", "减速机", "fm"),
    ("fieldbus module", "总线模块", "e"), ("battery backup", "后备电池", "e"), ("cooling circuit", "冷却水路", "f"),
    ("feed screw", "进料螺杆", "m"), ("exhaust fan", "排风机", "em"), ("steam boiler", "蒸汽锅炉", "ef"),
    ("transfer pump", "输送泵", "efm"), ("stirrer", "搅拌器", "em"), ("paint circuit", "供漆回路", "f"),
]  # fmt: skip

# Each entry: condition, cause, remedy, English and Chinese; and which components can have it (none named: all).
CONDITIONS = [
    (("overtemperature", "air path blocked or load too high", "clean the air path and let it cool for 30 min"),
     ("温度过高", "散热风道堵塞或负载过大", "清理风道，冷却30分钟"), ""),
    (("overcurrent", "mechanical jam or short circuit in the cable", "turn it by hand, then measure the insulation"),
     ("过电流", "机械卡滞或电缆短路", "手动盘车后测量绝缘"), "e"),
    (("signal lost", "connector loose or cable broken", "reseat the connector and test the cable for continuity"),
     ("信号丢失", "插头松动或电缆断线", "重新插紧插头并测量通断"), ""),
    (("time-out", "end position not reached in time", "check the limit switch and the supply pressure"),
     ("动作超时", "未在规定时间内到位", "检查限位开关和供气压力"), ""),
    (("undervoltage", "mains dip or loose terminal", "measure the supply and tighten the terminals"),
     ("欠电压", "电网跌落或端子松动", "测量电源并紧固端子"), "e"),
    (("leak detected", "seal worn or fitting loose", "retighten the fitting and replace the seal"),
     ("检测到泄漏", "密封磨损或接头松动", "拧紧接头并更换密封"), "f"),
    (("level low", "medium used up or level switch stuck", "top up and free the level switch"),
     ("液位过低", "介质耗尽或液位开关卡住", "补充介质并活动液位开关"), "f"),
    (("vibration high", "bearing worn or fastening loose", "listen to the bearing and tighten the feet"),
     ("振动过大", "轴承磨损或紧固件松动", "听诊轴承并紧固地脚"), "m"),
    (("parameter invalid", "wrong data set loaded", "load the data set of this machine again"),
     ("参数无效", "装入了错误的参数组", "重新装入本机参数组"), ""),
    (("service due", "operating hours reached", "carry out the service and reset the counter"),
     ("保养到期", "运行小时数已到", "完成保养并复位计数器"), ""),
]  # fmt: skip

PARTS = [
    ("deep groove ball bearing", "深沟球轴承"), ("shaft seal", "轴封"), ("proximity switch", "接近开关"),
    ("solenoid valve", "电磁阀"), ("contactor", "接触器"), ("filter element", "滤芯"), ("V-belt", "三角带"),
    ("O-ring kit", "O形圈组件"), ("coupling insert", "联轴器弹性体"), ("pressure gauge", "压力表"),
    ("limit switch", "限位开关"), ("encoder cable", "编码器电缆"), ("relay module", "继电器模块"),
    ("linear guide carriage", "导轨滑块"), ("thermocouple", "热电偶"), ("pump cartridge", "泵芯"),
]  # fmt: skip
PLACES = [
    ("infeed station", "进料工位"), ("turntable", "转台"), ("tail drum", "尾部滚筒"), ("upper die plate", "上模板"),
    ("wash chamber", "清洗腔"), ("lifting unit", "升降机构"), ("palletiser arm", "码垛臂"), ("dosing head", "计量头"),
    ("transfer shuttle", "移载小车"), ("sealing bar", "封口条"), ("labelling head", "贴标头"), ("drying oven", "烘箱"),
    ("mixing vessel", "搅拌罐"), ("rewinder", "收卷机"), ("punch unit", "冲压单元"), ("extractor hood", "吸风罩"),
]  # fmt: skip

FAULT_QUESTIONS = {
    "en": [
        "What does {} mean?", "{} on the display, what now?", "what is fault {}", "Panel shows {} - cause?",
        "How do I get rid of {}?", "We keep getting {}, what should I check first?", "meaning of alarm {}",
        "machine stopped with {}, any idea?", "Which component does {} concern?", "remedy for {} please",
    ],
    "zh": [
        "{} 是什么报警？", "屏上报{}，怎么处理？", "{}啥意思", "报警 {} 是什么原因造成的", "老是跳{}，先查哪里？",
        "{} 怎么消除？", "机床停机，代码{}，咋办", "请问{}对应哪个部件？", "出现 {} 时的处理方法", "故障{}的含义",
    ],
}  # fmt: skip
PART_QUESTIONS = {
    "en": [
        "What is part {}?", "where does {} go", "Which item is {}?", "{} - what's that for?",
        "Need to know what {} is before I order it.", "Where on the machine is {} fitted?", "look up {}",
    ],
    "zh": [
        "{} 是什么件？", "{}装在哪里", "帮查一下料号{}", "件号 {} 对应什么备件？", "{} 用在哪个部位？",
        "订货前确认下，{}是什么", "图纸上的{}是啥零件",
    ],
}  # fmt: skip
STOCK_QUESTIONS = {
    "en": [
        "Which bin is {} in?", "where do we keep {}", "bin location of {}?", "Do we stock {}, and on which shelf?",
    ],
    "zh": ["{} 在哪个库位？", "{}放哪儿了", "仓库里{}的货位是多少？", "{} 有备件吗，放在哪个货架"],
}  # fmt: skip

# Sentences around a code in running text: {code}, {meaning}, {cause}, {remedy}.
FAULT_PROSE = {
    "en": [
        "During commissioning the line stopped several times with {code}. The message stands for {meaning}. In most "
        "cases {cause} is behind it. The crew should {remedy} before the next start.",
        "Operators often report {code} on Monday mornings. It means {meaning}; the usual reason is {cause}. "
        "To put it right, {remedy}.",
        "If {code} comes up, the controller has found {meaning}. Suspect {cause}. First {remedy}, and note the time "
        "in the shift book.",
        "A word on {code}: this is {meaning}. Where {cause} is found, {remedy}. Resetting without this only hides "
        "the fault.",
    ],
    "zh": [
        "调试期间生产线多次因{code}停机，该代码表示{meaning}。多数情况下是{cause}。下次启动前应{remedy}。",
        "周一早班经常有人反映出现{code}，即{meaning}，常见原因为{cause}。处理时请{remedy}。",
        "出现{code}说明控制器检测到{meaning}。首先怀疑{cause}，应先{remedy}，并在交接班记录上写明时间。",
        "关于{code}：它表示{meaning}。如确认是{cause}，则{remedy}。不处理只复位，会掩盖故障。",
    ],
}
PART_PROSE = {
    "en": [
        "For the {place} the maker supplies {code}, a {name}. Keep one on site, since the delivery time is long.",
        "When the {place} is overhauled, {code} has to be replaced as well; it is the {name} on the drive side.",
        "The {name} of the {place} is listed as {code} in this year's edition. Older lists show another number.",
    ],
    "zh": [
        "{place}所用的{name}，厂家料号为{code}，交货期较长，现场应备一件。",
        "大修{place}时，{code}也要一并更换，它是驱动侧的{name}。",
        "{place}上的{name}在本年度目录中列为{code}，旧目录的编号不同。",
    ],
}
FILLER = {
    "en": [
        "The shift leader signs the log after each stop. Photos of the display help when the supplier is called.",
        "Clean the area around the machine before opening any cover. Loose chips find their way into open connectors.",
        "Spare fuses and terminal labels are kept in the drawer of the cabinet. Replace what you take.",
        "After a power failure the line starts in manual mode. Reference all axes before automatic mode is selected.",
    ],
    "zh": [
        "每次停机后由班长在记录上签字。联系厂家时，附上显示屏照片会有帮助。",
        "打开任何护罩前先清理周围，散落的切屑容易进入敞开的接插件。",
        "备用熔断器和端子标签放在电柜抽屉里，用后请补足。",
        "停电恢复后，生产线以手动方式启动。选择自动方式前，各轴均须回参考点。",
    ],
}
HEADS = {
    "en": {
        "code": "Code", "meaning": "Meaning", "cause": "Possible cause", "remedy": "Remedy", "part": "Part number",
        "name": "Name", "place": "Fitted at", "faults": "Fault list", "parts": "Parts list", "bin": "Bin",
        "on_hand": "On hand", "unit": "Unit", "each": "pcs",
    },
    "zh": {
        "code": "故障代码", "meaning": "含义", "cause": "可能原因", "remedy": "处理方法", "part": "零件号",
        "name": "名称", "place": "安装位置", "faults": "故障一览表", "parts": "零件清单", "bin": "库位",
        "on_hand": "库存数量", "unit": "单位", "each": "件",
    },
}  # fmt: skip

# Documents: the kind of place, English title, Chinese title.
DOCUMENTS = [
    ("prose", "RL-40 Line Service Notes", "RL-40生产线检修笔记"),
    ("prose", "RL-60 Line Service Notes", "RL-60生产线检修笔记"),
    ("table", "DV-210 Drive Fault Manual", "DV-210驱动器故障手册"),
    ("table", "DV-220 Drive Fault Manual", "DV-220驱动器故障手册"),
    ("table", "PK-7 Packing Machine Parts and Faults", "PK-7包装机零件与故障"),
    ("sheet", "Store A Parts", "一号库备件"),
    ("sheet", "Store B Parts", "二号库备件"),
    ("sheet", "MX-5 Alarm List", "MX-5报警清单"),
    ("scan", "GT-3 Grinder Faults 1998", "GT-3磨床故障表1998"),
    ("scan", "GT-8 Grinder Parts and Faults 2003", "GT-8磨床零件与故障2003"),
]
