"""Where our medians and cafein's differ, and by which rule; one rule after the other is made alike.

1. blank times: most stops of Porto Alegre have none. Ours are filled in proportion to distance;
   then both are given the same timetable with every time filled in.
2. rank: ours is the 30th of 60 minutes, ceil(p / 100 n) - 1 counted from 0; cafein rounds
   p / 100 (n - 1) half up and takes the 31st.
3. limit: ours looks for journeys of at most 120 minutes, cafein for any.
4. streets: cafein walks on ways with ``access`` no or private, and on small islands; ours walks
   along the outlines of squares. Then both are given the ways alone that both walk on.
5. walking on: after the last ride cafein also walks to another stop and on from there, up to 20 and
   30 minutes, and without a ride to a stop and on, twice 30. Ours walks up to 30 minutes in all.
6. walks: cafein's count whole seconds, rounded up, on lengths of a sphere, from the edge that a
   point is linked to. Then ours is given cafein's walks, to the second.
7. rest: what then still differs is the search itself.
"""

from itertools import pairwise

import numpy as np
import osmium

from benchmarks.transit_on_foot import Search
from benchmarks.transit_town import TOWN, Peer, build, filled_town
from geo_planner.config import Travel
from geo_planner.networks.street.graph import KEPT, street_network

ALIKE_MIN = 1.0
SECONDS_PER_MIN = 60
MEDIAN, NEXT = 29, 30
LIMIT_MIN = 120


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
        "equal_share": round(float((apart == 0).mean()), 4),
        "alike_within_1_min_share": round(float((np.abs(apart) <= ALIKE_MIN).mean()), 4),
        "ours_faster_share": round(float((apart < -ALIKE_MIN).mean()), 4),
        "ours_slower_share": round(float((apart > ALIKE_MIN).mean()), 4),
        "median_difference_min": round(float(np.median(apart)), 3),
        "largest_difference_min": round(float(np.abs(apart).max()), 3),
    }


def told_differences(region, raw, folder, every):
    """Compare medians on the files as they are, then make alike one rule after the other."""
    filled, common = (filled_town(region, folder / name) for name in ("filled", "common"))
    own_streets(region, TOWN / "poa_osm.pbf", common / "poa_osm.pbf")
    steps = {"as_they_are": compare(*raw)}
    search = Search(build(filled, folder / "poa_filled"), every)
    theirs, _ = cafein_on(filled, folder, every)
    for name, rank, limit_min in (
        ("blank_times", MEDIAN, LIMIT_MIN),
        ("rank", NEXT, LIMIT_MIN),
        ("limit", NEXT, None),
    ):
        limits = {} if limit_min is None else {"limit_min": limit_min}
        steps[name] = compare(search.ranked(search.walks, rank, **limits), theirs)
    search = Search(build(common, folder / "poa_common"), every)
    theirs, found = cafein_on(common, folder, every)
    steps["streets"] = compare(search.ranked(search.walks, NEXT), theirs)
    steps["walking_on"] = compare(search.ranked(search.walks.walked_on(every), NEXT), theirs)
    steps["walks"] = compare(search.ranked(search.cafeins(found).walked_on(every), NEXT), theirs)
    return {"steps": steps, "rules_share_of_pairs": shares(steps)}


def shares(steps):
    """Share of pairs that come within a minute by each rule, and what then still differs."""
    alike = [(name, one["alike_within_1_min_share"]) for name, one in steps.items()]
    told = {"alike": alike[0][1]}
    for (_, before), (name, after) in pairwise(alike):
        told[name] = round(after - before, 4)
    return told | {"rest": round(1 - alike[-1][1], 4)}


def cafein_on(town, folder, every):
    """Give cafein's medians [s] of a town, and its walks."""
    peer = Peer(town)
    peer.run("build")
    peer.matrix("tbtr", 60, [50], every)
    medians_s, found = peer.kept(folder), peer.on_foot(folder, every)
    peer.close()
    return medians_s, found


def own_streets(region, source, target):
    """Write the ways alone that ours walks on, without squares."""
    streets = region.geo_table("streets")
    network = street_network(region, "walk", Travel())
    kept = set(streets["osm_way_id"][network.street_state == KEPT].str[1:].astype(int))
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for one in osmium.FileProcessor(str(source)):
            is_kept = one.is_way() and one.id in kept and one.tags.get("area") != "yes"
            if one.is_node() or is_kept:
                writer.add(one)
