"""Where our medians and cafein's differ, and by which rule; one rule after the other is made alike.

1. blank times: most stops of Porto Alegre have none. Ours are filled in proportion to distance;
   then both are given the same timetable with every time filled in.
2. rank: ours is the 30th of 60 minutes, ceil(p / 100 n) - 1 counted from 0; cafein rounds
   p / 100 (n - 1) half up and takes the 31st.
3. limit: ours looks for journeys of at most 120 minutes, cafein for any.
4. ends: a hexagon that is linked to another street, or not at all. Told by its median difference to
   all others, which is then above half a minute.
5. rest.
"""

import shutil

import numpy as np

ALIKE_MIN, SHIFTED_MIN, LIMIT_S = 1.0, 0.5, 7200
SECONDS_PER_MIN = 60


def compare(ours_s, theirs_s):
    """Count pairs that one side reaches, and shares of those both reach by difference [min]."""
    here, there = np.isfinite(ours_s), np.isfinite(theirs_s)
    apart = (ours_s[here & there] - theirs_s[here & there]) / SECONDS_PER_MIN
    return {
        "ours_reach": int(here.sum()),
        "theirs_reach": int(there.sum()),
        "both_reach": len(apart),
        "ours_alone": int((here & ~there).sum()),
        "theirs_alone": int((there & ~here).sum()),
        "alike_within_1_min_share": round(float((np.abs(apart) <= ALIKE_MIN).mean()), 4),
        "ours_faster_share": round(float((apart < -ALIKE_MIN).mean()), 4),
        "ours_slower_share": round(float((apart > ALIKE_MIN).mean()), 4),
        "median_difference_min": round(float(np.median(apart)), 3),
    }


def by_rule(raw, filled, ranked, theirs):
    """Share of pairs that any rule explains, of the pairs both reach with the same timetable.

    ``raw`` are both matrices on the feeds as they are, the others ours on the filled ones [s].
    """
    before, same_times, same_rank = (compare(*pair) for pair in (raw, (filled, theirs),
                                                                (ranked, theirs)))  # fmt: skip
    both = np.isfinite(ranked) & np.isfinite(theirs)
    apart = np.full(both.shape, np.nan)
    apart[both] = (ranked[both] - theirs[both]) / SECONDS_PER_MIN
    is_off = np.abs(apart) > ALIKE_MIN
    with np.errstate(all="ignore"):
        shifted = [np.abs(_medians(apart, axis)) > SHIFTED_MIN for axis in (0, 1)]
    at_end = shifted[1][:, np.newaxis] | shifted[0][np.newaxis, :]
    alone = np.isfinite(theirs) & ~np.isfinite(ranked)
    share = "alike_within_1_min_share"
    return {
        "as_they_are": before,
        "same_times": same_times,
        "same_times_and_rank": same_rank,
        "rules_share_of_pairs": {
            "alike": before[share],
            "blank_times": round(same_times[share] - before[share], 4),
            "rank": round(same_rank[share] - same_times[share], 4),
            "ends": round(float((is_off & at_end).sum() / both.sum()), 4),
            "rest": round(float((is_off & ~at_end).sum() / both.sum()), 4),
        },
        "theirs_alone_beyond_120_min": int((alone & (theirs > LIMIT_S)).sum()),
        "ends_linked_otherwise": [int(part.sum()) for part in shifted[::-1]],
    }


def _medians(apart, axis):
    known = ~np.isnan(apart).all(axis=axis)
    medians = np.zeros(apart.shape[1 - axis])
    kept = apart[:, known] if axis == 0 else apart[known]
    medians[known] = np.nanmedian(kept, axis=axis)
    return medians


def same_files(town, folder):
    """Lay the other files of the town beside changed feeds."""
    for name in ("poa_osm.pbf", "poa_hexgrid.csv"):
        shutil.copy(town / name, folder / name)
