"""Draws rights as src/risk/sample.rs describes it, from the printed frame alone: python3 draw.py SEED SHARE < frame.txt

Written from that description alone, with nothing but Python's own library."""

import hashlib
import sys
from fractions import Fraction
from math import ceil

TIMES = {"high": 3, "medium": 2, "low": 1}
ORDER = ["high", "medium", "low"]


def allocate(groups, wanted):
    """groups: list of (weight, size); one draw each, then the largest weight / (2k + 1)."""
    draws = [1] * len(groups)
    while sum(draws) < wanted:
        open_ = [i for i, (_, size) in enumerate(groups) if draws[i] < size]
        if not open_:
            break
        best = max(open_, key=lambda i: (Fraction(groups[i][0], 2 * draws[i] + 1), -i))
        draws[best] += 1
    return draws


def main():
    seed, share = sys.argv[1], Fraction(sys.argv[2])
    frame = sys.stdin.buffer.read()
    rights = [line.split("\t") for line in frame.decode().splitlines()]
    print(hashlib.sha256(frame).hexdigest())
    counties = sorted({county for _, county, _ in rights}, key=lambda text: text.encode())
    by_county = [[r for r in rights if r[1] == county] for county in counties]
    weight = lambda some: sum(TIMES[level] for _, _, level in some)
    draws = allocate([(weight(some), len(some)) for some in by_county], ceil(share * len(rights)))
    for some, drawn in zip(by_county, draws):
        strata = [[r for r in some if r[2] == level] for level in ORDER]
        strata = [stratum for stratum in strata if stratum]
        while len(strata) > drawn:
            lowest = strata.pop()
            strata[-1] = strata[-1] + lowest
        for stratum, number in zip(strata, allocate([(weight(s), len(s)) for s in strata], drawn)):
            lot = lambda r, k: hashlib.sha256(f"{seed}|{r[0]}|{k}".encode()).hexdigest()
            rank = lambda r: min(lot(r, k) for k in range(1, TIMES[r[2]] + 1))
            mixed = len({level for _, _, level in stratum}) > 1
            for right in sorted(stratum, key=rank)[:number]:
                chance = f"{TIMES[right[2]]}/{weight(stratum)}" if mixed else f"{number}/{len(stratum)}"
                print(right[0], chance)


main()
