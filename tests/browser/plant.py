"""A small plant to drive the page with: typeset manuals, tables, and the sentences that its answers must show."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

TYPST = '#set page(width: 148mm, height: 210mm)\n#set text(font: ("Noto Sans CJK SC", "DejaVu Sans"), lang: "{}")\n'
MANUALS = {
    "winch-w9.pdf": (
        "en",
        """
= Winch W-9 manual
== Fault codes
#table(columns: 3, [Code], [Cause], [Remedy],
  [E-77], [Six wires of the rope are broken], [Replace the wire rope and reset the counter],
  [E-78], [The brake lining is under 3 mm], [Replace the brake lining])
#pagebreak()
== Replacing the wire rope
WARNING: Lock out the main switch before touching the rope.

+ Lower the hook to the floor.
+ Unwind the rope and open the wedge socket.
+ Tighten the socket bolts to 45 N·m.
""",
    ),
    "crusher-ps4.pdf": (
        "zh",
        """
= 破碎机 PS-4 使用手册
== 故障代码
#table(columns: 3, [代码], [原因], [处理],
  [P-31], [转子轴承温度超过 95 °C], [停机冷却后更换轴承润滑脂],
  [P-32], [进料口堵塞], [切断电源后清理进料口])
#pagebreak()
== 更换筛网
警告：更换筛网前必须切断电源并挂牌上锁。

+ 打开检修门。
+ 松开四个压紧螺栓，取出旧筛网。
+ 装入新筛网，以 60 N·m 拧紧螺栓。
""",
    ),
}
EQUIPMENT = """设备编号,设备名称,型号,设备类型,序列号,位置,负责人,联系电话
WN-01,Winch 1,W-9,winch,W9-2021-004,Hall B,Li Ming,8101
CR-02,2号破碎机,PS-4,crusher,PS4-2020-011,料场,王强,8102
"""
PARTS = """part_number,name_zh,name_en,spec,bin,on_hand,minimum,unit,lead_time,supplier,fits,substitutes
WR-1201,钢丝绳,Wire rope,12 mm × 40 m,B-03-2,1,2,pc,14,Rope Co,W-9,
BL-0400,制动衬片,Brake lining,8 mm,B-04-1,6,2,pc,7,Rope Co,W-9,
SC-7700,筛网,Screen,孔径 20 mm,C-01-5,3,1,张,10,华东筛网,PS-4,
"""
CASES = """工单号,日期,设备编号,报警代码,故障现象,失效模式,原因,处理措施,更换备件,停机时间(分钟),处理人
WO-1,2025-11-14,WN-01,E-77,E-77 comes back after a day,wear,The counter had not been reset,Reset the counter,,45,Li Ming
WO-2,2025-12-01,CR-02,P-31,P-31 反复报警,过热,润滑脂牌号不对,改用高温润滑脂,,120,王强
"""


def write_plant(folder: Path) -> None:
    """Write the manuals and tables; readings and alarms are of the last hours."""
    import typst

    for name, (language, body) in MANUALS.items():
        source = folder / "one.typ"
        source.write_text(TYPST.format(language) + body)
        typst.compile(str(source), output=str(folder / name))
        source.unlink()
    now = datetime.now(ZoneInfo("Asia/Shanghai")).replace(microsecond=0)
    readings = "".join(
        f"WN-01,{now - timedelta(hours=hour):%Y-%m-%d %H:%M},rope load,{12.5 - hour * 0.4:.1f},kN,0,10\n"
        for hour in range(24, -1, -1)
    )
    since = f"{now - timedelta(hours=2):%Y-%m-%d %H:%M}"
    (folder / "设备台账.csv").write_text(EQUIPMENT, "utf-8-sig")
    (folder / "stock.csv").write_text(PARTS, "utf-8-sig")
    (folder / "维修案例.csv").write_text(CASES, "utf-8-sig")
    (folder / "运行状态.csv").write_text(f"设备编号,时间,参数,数值,单位,下限,上限\n{readings}", "utf-8-sig")
    (folder / "报警记录.csv").write_text(
        f"设备编号,报警代码,报警内容,发生时间,恢复时间,级别\nWN-01,E-77,Rope worn,{since},,alarm\n", "utf-8-sig"
    )
