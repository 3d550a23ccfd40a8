"""Which trades are in set 22? Drawn with a seed; `random` and `csv` alone, so that any Python 3 writes the same bytes.

usage: generate.py DIRECTORY    (writes 22_trades.csv and 22_lc.csv)

Nine sellers over ten months of 2024 and three grades: a month without trades, one with two sellers only, lots far above the lot cap,
prices at the very edge of the corridor on either side of it, trades whose y is equal to the last digit, duplicates, related
parties, small lots, wet and off-grade ore. Expected: the method's reference over these trades (README.md).
"""
import csv
import random
import sys

SEED = 20240922
VAT, K, RECOVERY, SELL, CONVERSION, ORE, BY_PRODUCTS = 0.13, 2.473, 0.80, 0.02, 18000.0, 350.0, 60.0
PER_MONTH = [14, 9, 0, 2, 22, 6, 18, 3, 12, 16]
COLUMNS = ["id", "period", "date", "seller", "buyer", "grade", "wet_t", "moist", "price_wet", "vat_incl", "terms", "freight_wet",
           "credit_days", "related", "lc_at_trade"]


def netback(grade, carbonate):
    net = carbonate / (1 + VAT)
    value = grade / 100 * K * RECOVERY * (net * (1 - SELL) - CONVERSION) - ORE + BY_PRODUCTS
    return max(value, 0.15 * grade / 100 * K * net)


def trade(draw, number, month, day, carbonate):
    sellers = ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9"] if month != 4 else ["S2", "S5"]
    seller = draw.choices(sellers, weights=[9, 6, 4, 3, 3, 2, 1, 1, 1][: len(sellers)])[0]
    grade = draw.choice([2.0, 2.25, 2.5, 2.74, 2.75, 3.0, 2.1, 2.6, 1.8, 3.2]) if draw.random() < 0.96 else 3.3
    moist = draw.choice([0.08, 0.1, 0.12, 0.15, 0.25]) if draw.random() < 0.97 else 0.26
    wet = draw.choice([60, 120.5, 400, 950, 2500, 4000, 12000, 30000]) if draw.random() < 0.95 else 40
    kind = draw.random()
    if kind < 0.06:
        ratio = draw.choice([0.4001, 0.3999, 1.7999, 1.8001])
    elif kind < 0.30:
        ratio = draw.choice([0.96, 1.0, 1.04])
    else:
        ratio = round(1 + draw.gauss(0, 0.05), 3)
    vat, delivered, credit = draw.random() < 0.5, draw.random() < 0.3, draw.choice([0, 0, 30, 90, 180])
    freight = draw.choice([54.5, 87.2, 120]) if delivered else 0
    # The way back from the dry price ex works to the one that is written.
    price = netback(grade, carbonate) * ratio * (1 - moist) * (1 + 0.045 * credit / 365)
    price = (price + freight / 1.09) * (1.13 if vat else 1)
    return [f"V{number:03}", month, f"2024-{month:02}-{day:02}", seller, f"B{draw.randint(1, 5)}", grade, wet, moist, f"{price:.2f}",
            int(vat), "delivered" if delivered else "exworks", freight, credit, int(draw.random() < 0.04), f"{carbonate:.2f}"]


def main(directory):
    draw = random.Random(SEED)
    level, rows, months = 98000.0, [], []
    for month, count in enumerate(PER_MONTH, 1):
        level *= 1 + draw.uniform(-0.08, 0.07)
        months.append([month, f"{level:.2f}"])
        # One quotation a day, and trades of one day share it.
        quotes = [round(level * (1 + draw.uniform(-0.02, 0.02)), 2) for _ in range(28)]
        for _ in range(count):
            day = draw.randint(1, 28)
            rows.append(trade(draw, len(rows) + 1, month, day, quotes[day - 1]))
        if count > 10:
            # The same sale under another number, and a second lot at the same price to the last digit.
            twin = draw.choice(rows[-count:])
            rows.append([f"V{len(rows) + 1:03}"] + twin[1:])
            rows.append([f"V{len(rows) + 1:03}"] + twin[1:3] + ["S9", "B5"] + twin[5:])
    for name, header, lines in (("22_trades.csv", COLUMNS, rows), ("22_lc.csv", ["period", "lc"], months)):
        with open(f"{directory}/{name}", "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(lines)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
