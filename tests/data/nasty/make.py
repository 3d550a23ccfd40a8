#!/usr/bin/env python3
"""Writes the files of this folder and expected.json: what each of them must give.

    pip install openpyxl xlwt odfpy pyarrow msoffcrypto-tool
    python3 tests/data/nasty/make.py

The expectations stand beside the rows and are written by hand; `cargo test nasty` compares. Row numbers count as Excel
shows them. The files are checked in: workbooks differ in their time stamps from run to run, their content does not.
"""
import datetime
import io
import json
import pathlib
import zipfile

import msoffcrypto.format.ooxml
import openpyxl
import pyarrow
import pyarrow.parquet
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable, TableCell, TableRow
from odf.text import P
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HERE = pathlib.Path(__file__).parent
EXPECTED = []
HEADER = ["磅单号", "货物名称", "车牌号", "发货单位", "收货单位", "出场时间", "毛重", "皮重", "净重"]


def ticket(number, **other):
    row = {
        "磅单号": number, "货物名称": "含锂瓷土原矿", "车牌号": "赣C10001", "发货单位": "白水洞矿", "收货单位": "兴旺选矿厂",
        "出场时间": "2023-06-05 08:03:00", "毛重": "46520", "皮重": "15000", "净重": "31520",
    }
    row.update(other)
    return list(row.values())


def tickets(prefix, count):
    return [ticket(f"{prefix}-{i}") for i in range(1, count + 1)]


def csv(rows, delimiter=",", newline="\n"):
    return newline.join(delimiter.join(str(c) for c in row) for row in rows) + newline


def sheet(read, accepted=None, quarantined=0, known=0, blank=0, totals=0, table="shipments", bad=(), sheet=None, notes=()):
    accepted = read - quarantined - known if accepted is None else accepted
    return {
        "sheet": sheet, "table": table, "read": read, "accepted": accepted, "known": known, "quarantined": quarantined,
        "blank": blank, "totals": totals, "bad": [list(b) for b in bad], "notes": list(notes),
    }


def write(name, content, *sheets, refused=None, values=()):
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    (HERE / name).write_bytes(data)
    expect(name, *sheets, refused=refused, values=values)


def expect(name, *sheets, refused=None, values=()):
    """`values`: (source row, stored column, value as text); all in the table of the first sheet."""
    EXPECTED.append({"file": name, "refused": refused, "sheets": list(sheets), "values": [list(v) for v in values]})


def workbook(name, sheets, *expected, values=(), epoch=None, finish=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    if epoch:
        book.epoch = epoch
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    if finish:
        finish(book)
    book.save(HERE / name)
    expect(name, *expected, values=values)


# --- encodings and delimiters -------------------------------------------------------------------------------------
NET = [(2, "net_kg", "31520"), (2, "plate", "赣C10001"), (2, "loaded_at", "2023-06-05 00:03:00"), (2, "month", "2023-06-01")]
write("01_utf8.csv", csv([HEADER, *tickets("N01", 2)]), sheet(2, notes=["kg"]), values=NET)
write("02_bom.csv", b"\xef\xbb\xbf" + csv([HEADER, *tickets("N02", 2)]).encode(), sheet(2), values=NET)
write("03_gb18030.csv", csv([HEADER, *tickets("N03", 2), ticket("N03-3", 发货单位="㙍㙦矿")]).encode("gb18030"), sheet(3, notes=["gb18030"]),
      values=[*NET, (4, "origin", "㙍㙦矿")])
write("04_utf16le.csv", b"\xff\xfe" + csv([HEADER, *tickets("N04", 2)], "\t", "\r\n").encode("utf-16-le"), sheet(2), values=NET)
write("05_utf16be.csv", b"\xfe\xff" + csv([HEADER, *tickets("N05", 2)]).encode("utf-16-be"), sheet(2), values=NET)
write("06_utf16le_no_mark.csv", csv([HEADER, *tickets("N06", 3)]).encode("utf-16-le"), sheet(3), values=NET)
write("07_tabs.tsv", csv([HEADER, *tickets("N07", 2)], "\t", "\r\n"), sheet(2), values=NET)
write("08_semicolons.csv", csv([HEADER, *tickets("N08", 2)], ";"), sheet(2), values=NET)
write("09_pipes_gb18030.txt", csv([HEADER, ticket("N09-1", 发货单位="倈矿")], "|").encode("gb18030"), sheet(1), values=[(2, "origin", "倈矿")])
write("10_carriage_returns.csv", csv([HEADER, *tickets("N10", 2)], newline="\r"), sheet(2), values=NET)
write("11_english.csv", csv([["ticket_no", "product", "plate", "origin", "destination", "loaded_at", "net_t", "li2o_pct"],
                            ["N11-1", "porcelain_clay_ore", "gan-C 10001", "M01", "C01", "2023-06-05T08:03:00+08:00", "31.52", "0.42"]]),
      sheet(1), values=[(2, "net_kg", "31520"), (2, "li2o_ppm", "4200"), (2, "plate", "GANC10001"), (2, "loaded_at", "2023-06-05 00:03:00")])
mixed = csv([HEADER, *tickets("N12", 1)]).encode() + csv([ticket("N12-2", 发货单位="白水洞矿")]).encode("gb18030") + csv([ticket("N12-3")]).encode()
write("12_mixed_encoding.csv", mixed, sheet(3, quarantined=1, bad=[(3, c, "encoding-error") for c in ("货物名称", "车牌号", "发货单位", "收货单位")]))

# --- above, below and within the table -----------------------------------------------------------------------------
T = HEADER[:6]
write("13_title_and_unit.csv", csv([["2023年6月过磅明细", "", ""], ["单位：吨", "", ""], [], HEADER, ticket("N13-1", 毛重="46.52", 皮重="15", 净重="31.52")]),
      sheet(1), values=[(5, "net_kg", "31520"), (5, "tare_kg", "15000")])
write("14_units_in_header.csv", csv([[*T, "毛重（吨）", "皮重/kg", "净重(t)"], ticket("N14-1", 毛重="46.52", 净重="31.52")]),
      sheet(1), values=[(2, "gross_kg", "46520"), (2, "tare_kg", "15000"), (2, "net_kg", "31520")])
write("15_totals.csv", csv([HEADER, ticket("N15-1"), ["小计", "", "", "", "", "", "46520", "15000", "31520"], [], ticket("N15-2"), [""] * 9,
                            ["", "合 计：", "", "", "", "", "93040", "30000", "63040"], ["本页合计", "", "", "", "", "", "1", "1", "1"]]),
      sheet(2, blank=2, totals=3))
write("16_repeated_header.csv", csv([HEADER, ticket("N16-1"), HEADER, ticket("N16-2")]), sheet(2, totals=1))
write("17_footer.csv", csv([HEADER, ticket("N17-1"), ["制表人：张三", "", "", "审核人：李四"], ["注：净重为湿重"], ["第 1 页 共 1 页"]]), sheet(1, totals=3))
write("18_ragged.csv", csv([[*HEADER, "品位", "备注"], ticket("N18-1"), [*ticket("N18-2"), "0.4", "", "", ""], ticket("N18-3")[:7]]),
      sheet(3, quarantined=1, bad=[(4, "净重", "constraint-required")], notes=["备注"]), values=[(3, "li2o_ppm", "4000")])
write("19_embedded_newlines.csv", csv([[*HEADER, "备注"], [*ticket("N19-1"), '"第一行\n第二行, 有逗号\n""引号"""'], [*ticket("N19-2"), "5\"管"]]),
      sheet(2), values=[(3, "ticket_no", "N19-2")])
write("20_lost_quote.csv", csv([HEADER, ticket("N20-1"), ticket("N20-2", 车牌号='"赣C10002'), ticket("N20-3", 车牌号='"赣C10003"'), ticket("N20-4")]),
      sheet(4, quarantined=1, bad=[(3, "车牌号", "row-error")]), values=[(4, "plate", "赣C10003")])
write("21_nul_bytes.csv", csv([HEADER, ticket("N21-1", 车牌号="赣C10001\0\0\0\0"), ticket("N21-2", 车牌号="赣C1\x010001")]),
      sheet(2, quarantined=1, bad=[(3, "车牌号", "encoding-error")]), values=[(2, "plate", "赣C10001")])
write("22_long_cell.csv", csv([[*HEADER, "备注"], [*ticket("N22-1"), "长" * 40000], ticket("N22-2", 车牌号="赣" * 5000)]),
      sheet(2, quarantined=1, bad=[(3, "车牌号", "identifier-error")]))

# --- values -----------------------------------------------------------------------------------------------------------
moments = ["2023年6月5日 8时3分", "2023/6/5 8:03", "2023.6.5 8:03", "20230605080300", "2023年6月5日8:03:00", "2023-6-5 上午8:03", "2023-06-05T00:03:00Z", "45082.3354166667"]
write("23_chinese_dates.csv", csv([HEADER, *[ticket(f"N23-{i}", 出场时间=m) for i, m in enumerate(moments)]]), sheet(len(moments)),
      values=[(i + 2, "loaded_at", "2023-06-05 00:03:00") for i in range(len(moments))])
invalid = ["2023-02-30 08:00", "2023-06-05", "1999-06-05 08:00", "2023-06-05 25:00", "6月5日 8:03", "昨天"]
write("24_invalid_dates.csv", csv([HEADER, *[ticket(f"N24-{i}", 出场时间=m) for i, m in enumerate(invalid)]]),
      sheet(6, quarantined=6, bad=[(i + 2, "出场时间", "constraint-error" if m[0] in "16" else "type-error") for i, m in enumerate(invalid)]))
write("25_full_width.csv", csv([["磅单号", "货物名称", "车牌号", "发货单位", "收货单位", "出场时间", "净重（ｋｇ）"],
                                ["Ｎ２５－１", "含锂瓷土　原矿", "赣ｃ·１０００１", "白水洞（一）矿", "兴旺选矿厂", "２０２３－０６－０５　０８：０３", "３１，５２０"]]).replace("３１，５２０", '"３１，５２０"'),
      sheet(1), values=[(2, "ticket_no", "N25-1"), (2, "plate", "赣C10001"), (2, "net_kg", "31520"), (2, "origin", "白水洞(一)矿"), (2, "product", "porcelain_clay_ore")])
write("26_thousands.csv", csv([HEADER, ticket("N26-1", 毛重='"46,520"', 皮重='"15,000"', 净重='"31,520.4"'), ticket("N26-2", 净重='"31,52"')]),
      sheet(2, quarantined=1, bad=[(3, "净重", "type-error")]), values=[(2, "net_kg", "31520")])
write("27_thousands_unquoted.csv", csv([HEADER, ticket("N27-1", 净重="31,520")]),
      sheet(1, quarantined=1, bad=[(2, "净重", "constraint-error"), (2, "#10", "extra-cell")]))
write("28_half_to_even.csv", csv([[*T, "毛重(吨)", "皮重(吨)", "净重(吨)"], ticket("N28-1", 毛重="46.5205", 皮重="15.0015", 净重="31.5190000000000000000000000000000001")]),
      sheet(1), values=[(2, "gross_kg", "46520"), (2, "tare_kg", "15002"), (2, "net_kg", "31519")])
write("29_negative.csv", csv([HEADER, ticket("N29-1", 净重="-31520"), ticket("N29-2", 皮重="-1")]),
      sheet(2, quarantined=2, bad=[(2, "净重", "constraint-error"), (3, "皮重", "constraint-error")]))
write("30_kg_under_tonnes.csv", csv([[*T, "毛重(吨)", "皮重(吨)", "净重(吨)"], ticket("N30-1")]),
      sheet(1, quarantined=1, bad=[(2, "毛重(吨)", "constraint-error", "is this column in kg?"), (2, "皮重(吨)", "constraint-error"), (2, "净重(吨)", "constraint-error")]))
write("31_tonnes_under_kg.csv", csv([HEADER, ticket("N31-1", 毛重="46.52", 皮重="15", 净重="31.52")]),
      sheet(1, quarantined=1, bad=[(2, "毛重", "constraint-error", "is this column in t?"), (2, "皮重", "constraint-error"), (2, "净重", "constraint-error")]))
write("32_units_in_cells.csv", csv([HEADER, ticket("N32-1", 毛重="46.52吨", 皮重="15000kg", 净重="31.52 t"), ticket("N32-2", 净重="31.52磅")]),
      sheet(2, quarantined=1, bad=[(3, "净重", "type-error")]), values=[(2, "gross_kg", "46520"), (2, "net_kg", "31520")])
write("33_several_faults.csv", csv([HEADER, ticket("", 货物名称="煤", 净重="3o.1")]),
      sheet(1, quarantined=1, bad=[(2, "磅单号", "constraint-required"), (2, "货物名称", "constraint-enum"), (2, "净重", "type-error")]))
write("34_scientific.csv", csv([HEADER, ticket("2.02306E+14"), ticket("N34-2", 净重="######")]),
      sheet(2, quarantined=2, bad=[(2, "磅单号", "identifier-error"), (3, "净重", "formula-error")]))
write("35_positions.csv", csv([[*T, "净重", "装车纬度", "装车经度"], [*ticket("N35-1")[:6], 31520, 0, 0], [*ticket("N35-2")[:6], 31520, "28.25°", "114.5"], [*ticket("N35-3")[:6], 31520, "114.5", "28.25"]]),
      sheet(3, quarantined=1, bad=[(4, "装车纬度", "constraint-error")]), values=[(2, "loaded_lat", None), (3, "loaded_lat", "28.25")])
write("36_known_and_conflicting.csv", csv([HEADER, ticket("N36-1"), ticket("N36-1"), ticket("N36-1", 净重="31000")]), sheet(3, accepted=2, known=1))
write("37_corrections.csv", csv([[*HEADER, "作废", "更正"], [*ticket("N37-1"), "", ""], [*ticket("N37-1"), "是", ""], [*ticket("N37-2"), "否", "更正"], [*ticket("N37-3"), "也许", ""]]),
      sheet(4, accepted=3, quarantined=1, bad=[(5, "作废", "constraint-enum")]))
write("38_grades.csv", csv([[*T, "净重", "品位(%)", "水分(%)"], [*ticket("N38-1")[:6], 31520, "0.42", "8.5"], [*ticket("N38-2")[:6], 31520, "0.42%", "—"],
                            [*ticket("N38-3")[:6], 31520, "42", ""], [*ticket("N38-4")[:6], 31520, "", "100"]]),
      sheet(4, quarantined=2, bad=[(4, "品位(%)", "constraint-error"), (5, "水分(%)", "constraint-error")]),
      values=[(2, "li2o_ppm", "4200"), (2, "moisture_ppm", "85000"), (2, "dry_kg", "28841"), (2, "li2o_g", "121132"), (3, "li2o_ppm", "4200"), (3, "moisture_ppm", None), (3, "dry_kg", None)])

# --- other tables ------------------------------------------------------------------------------------------------------
write("40_companies.csv", csv([["统一社会信用代码", "企业名称", "实际控制人"], ["9111000071093123XX", "国家电网有限公司", ""], ["91110000100010433L", "中国石油天然气集团有限公司", "甲"],
                               ["911100001000104331", "抄错校验位", ""], ["9111000", "太短", ""]]),
      sheet(4, quarantined=2, table="companies", bad=[(4, "统一社会信用代码", "identifier-error"), (5, "统一社会信用代码", "identifier-error")]))
write("41_sites.csv", csv([["编号", "名称", "类型", "统一社会信用代码", "县市区", "纬度", "经度", "年处理能力(万吨)", "绿色矿山"], ["M01", "白水洞矿", "矿山", "91110000100010433L", "宜丰县", "28.25", "114.5", "120", "在建"],
                           ["C01", "兴旺选矿厂", "洗煤厂", "", "", "", "", "", ""]]),
      sheet(2, quarantined=1, table="sites", bad=[(3, "类型", "constraint-enum")]), values=[(2, "annual_capacity_kg_per_year", "1200000000"), (2, "green_mine", "building")])
write("42_licences.csv", csv([["采矿许可证号", "矿山编号", "证照类型", "开采矿种", "生产规模(万吨/年)", "有效期起", "有效期止", "状态", "矿区范围"],
                              ["C3609002011037130108001", "M01", "采矿", "瓷土、长石", "120.5", "2020年1月1日", "2025.12.31", "有效", '"POLYGON((114.5 28.2, 114.6 28.2, 114.6 28.3, 114.5 28.2))"'],
                              ["C360900201103713010800", "M01", "采矿", "瓷土", "10", "2020-01-01", "2025-12-31", "有效", "从东边到西边"]]),
      sheet(2, quarantined=1, table="licences", bad=[(3, "采矿许可证号", "identifier-error")]),
      values=[(2, "approved_scale_kg_per_year", "1205000000"), (2, "minerals", "porcelain_clay_ore;feldspar"), (2, "valid_to", "2025-12-31")])
write("43_vehicles.csv", csv([["车牌号", "轴数", "汽车列车", "整备质量(kg)"], ["赣C10001", "6", "是", "15000"], ["赣C10002", "9", "否", "15000"]]),
      sheet(2, quarantined=1, table="vehicles", bad=[(3, "轴数", "constraint-error")]))
months = ["2023年6月", "2023-06", "202306", "2023.06", "2023年06月份"]
write("44_production.csv", csv([["企业", "月份", "产品", "投入产出", "数量", "期末库存"], *[[f"厂{i}", m, "锂云母精矿", "产出", "1234.5", "0"] for i, m in enumerate(months)], ["厂9", "2023.1", "锂渣", "产出", "5", ""]]),
      sheet(6, quarantined=1, table="production", bad=[(7, "月份", "type-error")], notes=["吨"]),
      values=[*[(i + 2, "month", "2023-06-01") for i in range(5)], (2, "wet_kg", "1234500"), (2, "closing_stock_kg", "0"), (2, "opening_stock_kg", None)])
write("45_utilities.csv", csv([["企业", "月份", "用电量(万千瓦时)", "炸药用量(吨)", "用水量(m³)"], ["厂1", "2023-06", "12.34567", "1.5", "99.5"]]),
      sheet(1, table="utilities"), values=[(2, "electricity_kwh", "123457"), (2, "explosives_kg", "1500"), (2, "water_m3", "100")])
write("46_sales.csv", csv([["合同号", "日期", "卖方", "买方", "产品", "品位(%)", "数量(吨)", "单价(元/吨,不含税)", "交货方式", "关联交易"],
                           ["HT-1", "2023/6/5", "甲", "乙", "锂云母精矿", "2.5", "1000", "¥1,755.50", "自提", "否"]]).replace("¥1,755.50", '"¥1,755.50"').replace("单价(元/吨,不含税)", '"单价(元/吨,不含税)"'),
      sheet(1, table="sales"), values=[(2, "price_fen_per_t", "175550"), (2, "vat_included", "false"), (2, "wet_kg", "1000000"), (2, "delivery", "ex_works"), (2, "date", "2023-06-05")])
write("47_market_prices.csv", csv([["日期", "品种", "均价(万元/吨)"], ["20230605", "电池级碳酸锂", "30.55"], ["20230605", "黄金", "1"]]),
      sheet(2, quarantined=1, table="market_prices", bad=[(3, "品种", "constraint-enum")]), values=[(2, "price_fen_per_t", "30550000")])
write("48_lines.ndjson", "\n".join([
    json.dumps({"磅单号": "N48-1", "货物名称": "锂渣", "车牌号": "赣C10001", "发货单位": "甲", "收货单位": "乙", "出场时间": "2023-06-05 08:03", "净重(吨)": 31.52}, ensure_ascii=False),
    "", '{"磅单号":"N48-2","货物名称":', json.dumps({"磅单号": "N48-3", "货物名称": "锂渣", "净重(吨)": None}, ensure_ascii=False)]) + "\n",
      sheet(3, quarantined=2, blank=1, bad=[(3, "磅单号", "row-error"), (4, "车牌号", "constraint-required"), (4, "发货单位", "constraint-required"), (4, "收货单位", "constraint-required"),
                                            (4, "出场时间", "constraint-required"), (4, "净重(吨)", "constraint-required")]), values=[(1, "net_kg", "31520")])
columns = {h: [ticket("N49-1")[i], ticket("N49-2")[i]] for i, h in enumerate(HEADER)}
columns["净重"] = [31520.0, None]
columns["出场时间"] = [datetime.datetime(2023, 6, 5, 0, 3, tzinfo=datetime.timezone.utc)] * 2
pyarrow.parquet.write_table(pyarrow.table(columns), HERE / "49_columns.parquet")
expect("49_columns.parquet", sheet(2, quarantined=1, bad=[(2, "净重", "constraint-required")]), values=[(1, "net_kg", "31520"), (1, "loaded_at", "2023-06-05 00:03:00")])

# --- workbooks ---------------------------------------------------------------------------------------------------------
def merged_title(book):
    page = book["过磅单"]
    page.merge_cells("A1:I1")
    page.merge_cells("A2:I2")
workbook("50_merged_title.xlsx", {"过磅单": [["宜春某矿2023年6月过磅单"], ["计量单位：吨"], [None], HEADER, ticket("N50-1", 毛重=46.52, 皮重=15, 净重=31.52)]},
         sheet(1, sheet="过磅单"), values=[(5, "net_kg", "31520")], finish=merged_title)


def merged_groups(book):
    page = book["Sheet1"]
    page.merge_cells("G1:I1")
    for column in "ABCDEF":
        page.merge_cells(f"{column}1:{column}2")
workbook("51_grouped_header.xlsx", {"Sheet1": [[*T, "重量（吨）", None, None], [*[None] * 6, "毛重", "皮重", "净重"], ticket("N51-1", 毛重=46.52, 皮重=15.0, 净重=31.52)]},
         sheet(1, sheet="Sheet1"), values=[(3, "net_kg", "31520"), (3, "gross_kg", "46520")], finish=merged_groups)
workbook("52_row_of_units.xlsx", {"Sheet1": [HEADER, [*[None] * 6, "吨", "吨", "(吨)"], ticket("N52-1", 毛重=46.52, 皮重=15, 净重=31.52)]},
         sheet(1, sheet="Sheet1"), values=[(3, "net_kg", "31520")])
workbook("53_several_sheets.xlsx", {"说明": [["本表由磅房填报"]], "6月": [HEADER, ticket("N53-1")], "空表": [], "销售": [["合同号", "日期", "卖方", "买方", "产品", "数量(吨)", "单价(元/吨)"], ["HT-53", datetime.date(2023, 6, 5), "甲", "乙", "碳酸锂", 10, 300000]]},
         sheet(0, table=None, sheet="说明", notes=["说明"]), sheet(1, sheet="6月"), sheet(0, table=None, sheet="空表"), sheet(1, table="sales", sheet="销售"))


def date_formats(book):
    book["Sheet1"]["F2"].number_format = "yyyy/m/d h:mm"
    book["Sheet1"]["F4"].number_format = "yyyy-mm-dd hh:mm:ss"
workbook("54_serial_dates.xlsx", {"Sheet1": [HEADER, ticket("N54-1", 出场时间=45082.335416666669), ticket("N54-2", 出场时间=45082.335416666669), ticket("N54-3", 出场时间=45082)]},
         sheet(3, sheet="Sheet1"), finish=date_formats,
         values=[(2, "loaded_at", "2023-06-05 00:03:00"), (3, "loaded_at", "2023-06-05 00:03:00"), (4, "loaded_at", "2023-06-04 16:00:00")])
workbook("55_dates_of_1904.xlsx", {"Sheet1": [HEADER, ticket("N55-1", 出场时间=datetime.datetime(2023, 6, 5, 8, 3)), ticket("N55-2", 出场时间=43620.335416666669)]},
         sheet(2, sheet="Sheet1"), epoch=CALENDAR_MAC_1904, values=[(2, "loaded_at", "2023-06-05 00:03:00"), (3, "loaded_at", "2023-06-05 00:03:00")])


def errors(book):
    for cell, value in (("I2", "#REF!"), ("G3", "#DIV/0!")):
        book["Sheet1"][cell].value = value
        book["Sheet1"][cell].data_type = "e"
workbook("56_failed_formulas.xlsx", {"Sheet1": [HEADER, ticket("N56-1"), ticket("N56-2"), ticket("N56-3", 毛重=46520.0, 净重=31520.000000000004)]},
         sheet(3, quarantined=2, sheet="Sheet1", bad=[(2, "净重", "formula-error"), (3, "毛重", "formula-error")]), finish=errors, values=[(4, "net_kg", "31520")])


def percents(book):
    for cell in ("H2", "H3"):
        book["Sheet1"][cell].number_format = "0.00%"
workbook("57_percent_cells.xlsx", {"Sheet1": [[*T, "净重", "品位(%)"], [*ticket("N57-1")[:6], 31520, 0.0042], [*ticket("N57-2")[:6], 31520, 0.025], [*ticket("N57-3")[:6], 31520, 0.42]]},
         sheet(3, sheet="Sheet1"), finish=percents, values=[(2, "li2o_ppm", "4200"), (3, "li2o_ppm", "25000"), (4, "li2o_ppm", "4200")])


def stray(book):
    book["Sheet1"]["XFD1048576"].value = " "
workbook("58_stray_cell.xlsx", {"Sheet1": [HEADER, ticket("N58-1"), [None], ticket("N58-2")]}, sheet(2, blank=1, sheet="Sheet1"), finish=stray)
workbook("59_numbers_as_identifiers.xlsx", {"Sheet1": [HEADER, ticket(202306050001), ticket("N59-2", 车牌号="赣C·10 001")]},
         sheet(2, sheet="Sheet1"), values=[(2, "ticket_no", "202306050001"), (3, "plate", "赣C10001")])

old = xlwt.Workbook(encoding="utf-8")
page = old.add_sheet("过磅单")
stamp, share = xlwt.XFStyle(), xlwt.XFStyle()
stamp.num_format_str, share.num_format_str = "yyyy-mm-dd hh:mm", "0.00%"
for r, row in enumerate([["过磅单（单位：公斤）"], [*HEADER, "品位(%)"], [*ticket("N60-1", 出场时间=None), 0.42], [*ticket("N60-2", 出场时间=None), 0.0042]]):
    for c, cell in enumerate(row):
        if cell is not None:
            page.write(r, c, cell, share if cell == 0.0042 else xlwt.XFStyle())
for r in (2, 3):
    page.write(r, 5, datetime.datetime(2023, 6, 5, 8, 3), stamp)
old.save(str(HERE / "60_old.xls"))
expect("60_old.xls", sheet(2, quarantined=1, sheet="过磅单", bad=[(4, "品位(%)", "constraint-error", "percentage")]), values=[(3, "net_kg", "31520"), (3, "loaded_at", "2023-06-05 00:03:00"), (3, "li2o_ppm", "4200")])

document = OpenDocumentSpreadsheet()
table = OdfTable(name="过磅单")
for row in [HEADER, ticket("N61-1"), ticket("N61-2", 净重="x")]:
    line = TableRow()
    for cell in row:
        number = cell.isdigit()
        held = TableCell(valuetype="float", value=cell) if number else TableCell(valuetype="string")
        held.addElement(P(text=cell))
        line.addElement(held)
    table.addElement(line)
document.spreadsheet.addElement(table)
document.save(str(HERE / "61_open.ods"))
expect("61_open.ods", sheet(2, quarantined=1, sheet="过磅单", bad=[(3, "净重", "type-error")]), values=[(2, "net_kg", "31520")])

# --- refused -----------------------------------------------------------------------------------------------------------
good = (HERE / "59_numbers_as_identifiers.xlsx").read_bytes()
write("70_picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), refused="PNG")
write("71_truncated.xlsx", good[: len(good) // 2], refused="不完整")
locked = io.BytesIO()
msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(good)).encrypt("secret", locked)
write("72_password.xlsx", locked.getvalue(), refused="密码")
write("73_html.xls", "<html><head><meta charset=gb2312></head><table><tr><td>磅单号</td></tr></table></html>", refused="网页")
write("74_empty.csv", b"", refused="空文件")
write("75_only_blanks.csv", " \n\r\n\t\n", refused="空文件")
write("76_unknown_unit.csv", csv([[*T, "净重(磅)"], [*ticket("N76-1")[:6], "69489"]]), refused="净重(磅)")
write("77_no_header.csv", csv(tickets("N77", 3)), refused="没有认得出的表头")
write("78_array.ndjson", json.dumps([{"磅单号": "N78-1"}], ensure_ascii=False), refused="JSON 数组")
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as z:
    z.writestr("a.csv", csv([HEADER, ticket("N79-1")]))
write("79_archive.xlsx", archive.getvalue(), refused="zip 压缩包")
damaged = bytearray(good)
damaged[60 : len(good) * 3 // 4] = bytes(len(good) * 3 // 4 - 60)
write("80_damaged.xlsx", bytes(damaged), refused="打不开")
write("81_without_role.csv", csv([["企业", "月份", "产品", "数量(吨)"], ["厂1", "2023-06", "原矿", "5"]]), refused="投入产出")
write("82_cut_off.parquet", (HERE / "49_columns.parquet").read_bytes()[:-40], refused="打不开")
write("83_binary.csv", bytes(range(256)) * 40, refused="二进制")

(HERE / "expected.json").write_text(json.dumps(EXPECTED, ensure_ascii=False, indent=1) + "\n")
print(len(EXPECTED), "files")
