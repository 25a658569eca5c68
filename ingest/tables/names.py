"""What columns are called, in both languages, and which columns each kind of table has."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from corpus import normal_text

TableKind = Literal["parts", "equipment", "status", "alarms", "cases"]
KINDS: tuple[TableKind, ...] = ("parts", "cases", "status", "alarms", "equipment")

_EQUIPMENT = (
    "设备编号 设备编码 设备代码 装置 装置编号 装置位号 机器号 机台编号 机台编码 资产号 资产代码 设备id 设备标识 "
    "equipmentnumber equipmentcode assetnumber assetcode machinecode machinenumber machinetag tagno tagnumber equip equipno "
    "资产编号 资产编码 设备号 设备代号 设备位号 位号 设备 机台 机台号 机器编号 机器 机床 机床编号 机组 机组编号 机号 "
    "tag assettag equipment equipmentid equipmentno equipmenttag asset assetid assetno assetname machineid machineno "
    "machine unitid device deviceid"
)
_GENERAL = (
    "编号 编码 代码 no number id code"  # names a machine only in a list that tells where it stands or who keeps it
)
_NAMES: dict[TableKind, dict[str, str]] = {
    "parts": {
        "part_number": "备件编号 备件编码 备件代码 备件号 物料编码 物料编号 物料代码 物料号 料号 零件号 零件编号 件号 图号 存货编码 "
        "存货编号 材料编码 材料编号 商品编码 品号 货号 sap编码 erp编码 编号 编码 partnumber partno part# partid pn mpn materialno "
        "materialnumber material materialcode itemno itemnumber itemcode item# item sku partcode stockcode articleno articlenumber",
        "part_name": "备件名称 物料名称 零件名称 存货名称 材料名称 商品名称 品名 名称 中文名称 备件 物料描述 备件描述 品名描述 名称及规格 名称规格 名称及规格型号 名称规格型号 名称及型号 品名规格 品名及规格 "
        "partname "
        "description itemname partdescription materialdescription itemdescription namezh name designation",
        "name_en": "英文名称 英文名 英文品名 englishname nameen descriptionen",
        "spec": "规格型号 规格 型号规格 型号 规格/型号 规格参数 技术规格 图号规格 specification spec size specs model typemodel dimensions "
        "厂家型号 厂商型号 原厂型号 厂家料号 制造商料号 订货号 manufacturerpartnumber manufacturerpartno mfrpartnumber mfrpartno "
        "mfgpartnumber mfgpartno mfrpn vendorpartno supplierpartno mpn",
        "bin": "库位 货位 库位号 货位号 仓位 储位 储位号 架位 货架号 货架 存放位置 存放地点 库存位置 存储位置 库存地点 位置 库房位置 bin binlocation "
        "binno storebin storbin warehousebin shelf storagelocation storagebin location rack stocklocation warehouselocation",
        "warehouse": "仓库 库房 仓库名称 所在仓库 sloc warehouse store storeroom depot",
        "on_hand": "现有库存 库存 库存数量 库存量 当前库存 现存量 现有数量 现存数量 实际库存 实存数量 实存 实存数 实盘数量 实盘数 实盘 盘点数量 盘点数 账面数量 账面数 账面库存 结存 结存数量 结存数 现有 现存 "
        "可用库存 在库数量 在库 数量 期末库存 onhand qtyonhand qtyoh qoh soh stockonhand quantityonhand stock stockqty currentstock quantity qty instock "
        "available availableqty balance unrestricted",
        "minimum": "最小库存 库存低限 库存警戒值 警戒库存 警戒值 报警库存 最低安全库存 安全库存数 储备定额 储备下限 minlevel minimumlevel minonhand stockmin reorderqty parlevel 最低库存 安全库存 最小库存量 最低库存量 安全库存量 库存下限 最低储备 最小储备 最小量 最小 最低 再订货点 订货点 补货点 下限 minimum minstock "
        "minimumstock minqty minimumqty reorderpoint reorderlevel safetystock min rop",
        "maximum": "最大库存 最高库存 库存上限 最大库存量 最高储备 最大 最高 上限 maximum maxstock maxqty maximumstock max",
        "unit": "单位 计量单位 主单位 基本单位 unit uom units unitofmeasure baseunit bun",
        "lead_time": "采购周期 采购周期天 货期 交货期 供货周期 到货周期 采购提前期 交期 leadtime leadtimedays deliverytime leaddays",
        "supplier": "供应商 供货单位 供应单位 供应厂商 供货厂家 生产单位 厂牌 品牌 厂家 制造商 生产厂家 供货商 厂商 供应商名称 品牌厂家 supplier vendor manufacturer brand maker mfr make",
        "fits": "适用机型 适用设备 所属设备 设备型号 使用设备 适用机台 设备名称 设备 使用机型 应用设备 用于设备 所属机台 适用范围 fits fitsmodels usedon "
        "usedin applicablemodels applicablemodel applicableequipment equipment machine machines whereused forequipment "
        "机台 机器",
        "substitutes": "替代件 替代料 可替代 代用件 替代型号 替代品 代用料 替代备件 substitute substitutes alternative alternatives "
        "replacement alternate alternatepart crossreference",
        "as_of": "盘点日期 库存日期 更新日期 更新时间 统计日期 截止日期 盘点时间 数据日期 asof asofdate stockdate countdate countedon "
        "lastcount lastcounted inventorydate updated updatedat lastupdated",
        "ignored": "序号 行号 备注 单价 金额 总价 库存金额 价格 no remark remarks note notes comment comments price unitprice amount value cost "
        "totalvalue line linenumber",
    },
    "cases": {
        "equipment": f"{_EQUIPMENT} 故障设备 维修设备 报修设备 哪台 哪台设备 哪个设备 哪台机器 whichmachine",
        "equipment_name": "设备名称 机台名称 资产名称 equipmentname assetname machinename equipmentdescription",
        "symptom": "故障现象 现象 故障情况 异常现象 不良现象 问题现象 报修描述 故障说明 故障 fault defect observation faultobserved 问题描述 故障描述 症状 报修内容 故障内容 工单描述 描述 异常描述 问题 symptom problem complaint wodescription "
        "workorderdescription originalshorttext shorttext description issue problemdescription faultdescription summary title "
        "reported faultreported reportedfault reportedproblem trouble failure breakdown whathappened 报修 报障 故障简述 报告情况 "
        "whatwaswrong whatswrong whatwentwrong wrong whatbroke 啥毛病 什么毛病 毛病 啥问题 什么问题 出了什么问题 啥故障 什么故障",
        "code": "报警代码 故障代码 代码 报警号 故障码 code alarmcode faultcode errorcode failurecode primarycode",
        "detail_code": "次级代码 二级代码 secondarycode subcode",
        "failure_mode": "失效模式 故障性质 缺陷类型 失效类型 defecttype faultclass failureclass faultcategory 故障模式 故障类型 故障类别 故障分类 failuremode mode fm failuretype problemtype primarycodedescription "
        "codedescription faulttype",
        "detail": "次级描述 二级描述 secondarycodedescription subcodedescription",
        "component": "部件 故障部位 部位 零部件 故障部件 系统 component collection part majorsystem subsystem assembly system",
        "cause": "原因 故障原因 根因 故障分析 原因说明 faultcause 原因分析 根本原因 cause rootcause reason causedescription failurecause "
        "finding findings found whatwasfound diagnosis 检查发现 检查结果 查明原因 诊断 诊断结果 发现 "
        "whatwefound wefound why 查出来是啥 查出啥 查出什么 查出来的原因 啥原因 什么原因 为啥 为什么",
        "action": "处理措施 措施 处置措施 解决措施 对策 处理 处置 处理情况 维修情况 维修处理 检修内容 countermeasure repairaction repairdone actions workdescription 维修措施 处理方法 解决方法 维修内容 处理过程 处理结果 维修过程 action correctiveaction remedy fix solution actiontaken "
        "resolution workperformed workdone repair "
        "whatwedid whatwasdone wedid done 咋修的 怎么修的 咋处理的 怎么处理的 怎么弄的 咋弄的 做了什么",
        "steps": "步骤 检查步骤 处理步骤 steps checksteps",
        "parts": "换了啥 换了什么 用了啥 用了什么 partschanged partsfitted 更换备件 使用备件 更换配件 备件 所用备件 消耗备件 partsused parts spareparts sparesused materials partsreplaced",
        "downtime": "影响生产时间 影响时间 影响生产 停产时间 停线时间 停运时间 停车时间 停机时数 停机工时 损失时间 lostproduction losttime outage outagehours machinedown downhours stoptime 停机时间 停机时间分钟 停机分钟 停机时长 停机 停机小时 downtime downtimeminutes downtimemin downtimehours stoppage "
        "hoursdown minutesdown timedown howlongdown 停了多久 停多久 停机多久 停了几小时",
        "duration": "维修时间 维修时长 维修用时 维修工时 处理时长 工时 耗时 duration repairtime repairduration repairhours labourhours "
        "laborhours labour labor labourtime labortime manhours workhours hoursworked 实际工时 人工时 人工工时 维修耗时 workinghours timetorepair hours hrs",
        "preventive": "预防性 是否预防 维护类型 工单类型 保养类型 preventive ispreventive maintenancetype worktype ordertype",
        "by": "处理人 维修人 维修者 处理人员 检修人 检修人员 维修师傅 工程师 完成人 engineer craftsman fitter doneby executedby repairer 维修人员 作者 维修工 责任人 维修员 执行人 by technician author repairedby assignedto performedby reportedby mechanic "
        "who whodidit whofixedit 谁修的 谁弄的 谁干的 谁处理的 谁换的",
        "date": "日期 维修日期 完工日期 完工时间 故障时间 发生时间 开工日期 检修日期 处理日期 登记日期 opened raised reported closed dateopened dateclosed datereported finished 完成日期 故障日期 发生日期 报修日期 完成时间 维修时间点 报修时间 开始日期 date repairdate bscstartdate actualfinish "
        "finishdate completiondate completed startdate reportdate reportedon workdate createddate openeddate when 哪天 哪一天 几号 什么时候",
        "work_order": "工单号 报修单号 检修单号 维修编号 报修编号 检修编号 记录编号 案例编号 故障单号 wono taskno reportno caseno recordno repairno 工单编号 工单 维修单号 单号 任务单号 workorder workorderno workordernumber workorderid wo woid wonumber "
        "order ordernumber orderno ticket ticketid ticketno jobno jobnumber notification",
        "ignored": "序号 备注 费用 金额 no cost price remark remarks comments rule",
    },
    "status": {
        "equipment": f"{_EQUIPMENT} 设备名称 equipmentname machinename",
        "metric": "参数 指标 测点 测点名称 监测项 监测点 参数名称 项目 metric parameter measurement tagname sensor sensorname signal variable kpi "
        "point pointname channel measure reading readingname measuringpoint measurementpoint measuredpoint quantity "
        "item checkitem checkpoint whatwasmeasured 点检项目 检查项目 检测项目 测量项目 内容 content",
        "value": "数值 值 读数 测量值 当前值 采样值 实际值 value reading val measuredvalue",
        "at": "时间 采集时间 记录时间 抄表时间 抄录时间 读数时间 读表时间 点检时间 巡检时间 检测时间 测试时间 抄表日期 点检日期 巡检日期 检测日期 测量日期 readingtime measuringtime inspectiontime measuredat takenat readat checkedat "
        "测量时间 采样时间 更新时间 最后更新 刷新时间 上报时间 时间戳 日期时间 日期 timestamp time datetime at ts date recordedat eventtime sampletime updated updatedat lastupdate lastupdated "
        "since 变更时间 状态时间 状态开始时间 changedat changed",
        "unit": "单位 计量单位 unit units uom engineeringunit",
        "limit_low": "lo ll 下限 低报 低报警 低报值 下限报警 下限值 报警下限 低限 最小值 low lowlimit limitlow lowerlimit lowerbound lolimit min minimum alarmlow",
        "limit_high": "hi hl hh 上限 高报 高报警 高报值 上限报警 上限值 报警上限 高限 最大值 high highlimit limithigh upperlimit upperbound hilimit max maximum alarmhigh",
        "row_kind": "类型 记录类型 事件类型 数据类型 行类型 记录类别 类别 type rowtype recordtype entrytype eventtype datatype kind rowkind",
        "state": "状态 运行状态 设备状态 当前状态 工作状态 机台状态 状况 state status runstate runningstate operatingstate machinestate "
        "machinestatus currentstate condition",
        "alarm": "当前报警 当前告警 报警 告警 活动报警 报警代码 故障代码 故障码 当前故障 activealarm activealarms currentalarm alarm alarms alarmcode "
        "faultcode activefault fault currentfault",
        "message": "报警信息 报警内容 告警信息 告警内容 message alarmtext alarmmessage",
        "ignored": "序号 备注 质量 no remark quality anomalyscore score",
    },
    "alarms": {
        "equipment": f"{_EQUIPMENT}",
        "equipment_name": "设备名称 equipmentname assetname machinename",
        "code": "报警代码 故障代码 代码 报警号 故障码 报警编号 报警代号 告警代码 告警号 告警编号 告警代号 警报代码 事件代码 code alarmcode faultcode errorcode alarm alarmid ruleid eventcode",
        "text": "报警内容 报警信息 报警说明 报警名称 告警内容 告警描述 告警说明 说明 故障描述 内容 报警描述 message text alarmtext description alarmdescription event",
        "since": "发生时间 开始 起始 起始时间 发生 报警开始 报警开始时间 告警时间 开始时间 报警时间 触发时间 时间 日期时间 time timestamp datetime start starttime since from raisedat raised begin starttimestamp",
        "until": "恢复时间 结束 恢复 解除 消除 报警结束 报警结束时间 复位时间 结束时间 解除时间 消除时间 end endtime until to clearedat cleared endtimestamp",
        "severity": "级别 等级 报警级别 报警等级 severity level priority class",
        "state": "状态 报警状态 处理状态 当前状态 state status alarmstate alarmstatus",
        "ignored": "序号 备注 no remark",
    },
    "equipment": {
        "equipment": f"{_EQUIPMENT} {_GENERAL}",
        "name": "名称 设备名称 中文名称 中文名 设备中文名称 设备名称中文 名称中文 namezh namecn namechinese chinesename equipmentnamezh 资产名称 机台名称 机器名称 装置名称 设备简称 name equipmentname assetname machinename description equipmentdescription assetdescription machinedescription machine 设备 机器",
        "name_en": "英文名称 英文名 设备英文名称 设备名称英文 名称英文 英文 nameen nameenglish englishname equipmentnameen",
        "model": "型号 机型 设备型号 规格型号 model type modelno modelnumber",
        "kind": "设备类型 类别 设备类别 设备种类 kind category equipmenttype assettype",
        "nickname": "俗称 别名 别称 昵称 简称 现场叫法 习惯叫法 现场名称 nickname nicknames alias aliases alsoknownas knownas calledas shopname",
        "serial": "序列号 设备序列号 出厂序列号 产品编号 serialnr 出厂编号 出厂号 机身号 serial serialnumber serialno sn",
        "location": "位置 所在地点 使用地点 所在车间 所属车间 使用车间 安装车间 使用部门 所在区域 厂房 工段 产线 bay hall department dept room line zone floor 安装位置 所在位置 区域 安装地点 存放地点 车间 location area plant site building",
        "owner": "负责人 维护人 维护责任人 维护负责人 设备负责人 责任工程师 点检员 主管 使用人 personincharge incharge keeper responsibleengineer contactperson 责任人 管理人 保管人 owner responsible responsibleperson custodian",
        "contact": "联系电话 手机 手机号 电话号码 内线 mobile phoneno telno extno ext 联系方式 电话 分机 contact phone extension tel telephone",
        "ignored": "序号 备注 no remark",
    },
}  # fmt: skip
NAMES: dict[TableKind, dict[str, tuple[str, ...]]] = {
    kind: {field: tuple(words.split()) for field, words in fields.items()} for kind, fields in _NAMES.items()
}
# What a table of this kind cannot do without, and how many known columns make it one unasked.
NEEDED: dict[TableKind, tuple[tuple[str, ...], int]] = {
    "parts": (("part_number",), 3),
    "cases": (("symptom",), 3),
    "status": (("equipment", "metric", "value", "at"), 4),
    "alarms": (("equipment", "code", "since"), 3),
    "equipment": (("equipment",), 3),
}

_KEPT = {"owner", "contact", "serial", "location", "kind", "nickname"}
DOING = re.compile(
    r"运行|停|备用|待机|待料|缺料|降负荷|减负荷|待命|检修|维修|维护|故障|离线|在线|开机|关机|调试|生产|空转|封存|换型|换产|预热"
    r"|\b(?:run(?:s|ning)?|stop(?:s|ped)?|stand-?by|idle|off|down|maintenance|repair|fault(?:ed)?|offline|online|starting"
    r"|waiting|ready|production|producing|shut ?down|tripped|setup|change-?over|warm(?:ing)?[ -]up|in service|out of service)\b",
    re.IGNORECASE,
)
"""Words for what a whole machine is doing."""


def is_plausible(kind: TableKind, fields: Collection[str], tag: str) -> bool:
    """Say whether columns can be those of a kind: 编号 alone names anything."""
    return kind != "equipment" or whole(tag) not in _GENERAL.split() or bool(_KEPT & set(fields))


def plain(header: str) -> str:
    """Return a header as names are compared: without what stands in brackets, signs and spaces."""
    bare = re.sub(r"[(（\[【].*?[)）\]】]", "", normal_text(header))
    return whole(bare) or whole(header)


def whole(header: str) -> str:
    """Return a header without signs and spaces, with what stands in brackets."""
    return re.sub(r"[_\-/\\.:：,，、›\s*()（）\[\]【】]", "", normal_text(header))
