"""The plain twin of the target solver: every set of sites, filled up cheapest job first."""

from itertools import combinations, product


def cheapest_by_sets(jobs, costs, target, *, min_share, max_sites=None):
    """Give the least cost and its set over all sets of opened sites; None where none reaches."""
    best = None
    n = len(jobs)
    for size in range(1, min(n, max_sites or n) + 1):
        for opened in combinations(range(n), size):
            cost = _fill(jobs, costs, target, min_share, opened)
            if cost is not None and (best is None or cost < best[0] - 1e-9):
                best = (cost, opened)
    return best


def all_sets(jobs, costs, target, *, min_share):
    """List the least cost of every set of sites that reaches the target, cheapest first."""
    n = len(jobs)
    found = []
    for size in range(1, n + 1):
        for opened in combinations(range(n), size):
            cost = _fill(jobs, costs, target, min_share, opened)
            if cost is not None:
                found.append((cost, opened))
    return sorted(found)


def _fill(jobs, costs, target, min_share, opened):
    """Open at the least share, then develop where a job costs least until the target is met."""
    cost = sum(min_share * costs[i] for i in opened)
    lacking = target - sum(min_share * jobs[i] for i in opened)
    for i in sorted(opened, key=lambda i: costs[i] / jobs[i]):
        if lacking <= 0:
            break
        more = min(1 - min_share, lacking / jobs[i])
        cost += more * costs[i]
        lacking -= more * jobs[i]
    return cost if lacking <= 1e-9 else None


def cheapest_by_stages(jobs, costs, target, stages):
    """Give the least cost over all choices of a stage, or nothing, for every site."""
    found = [
        sum(share * cost for share, cost in zip(chosen, costs, strict=True))
        for chosen in product((0.0, *stages), repeat=len(jobs))
        if sum(share * job for share, job in zip(chosen, jobs, strict=True)) >= target - 1e-9
    ]
    return min(found, default=None)
