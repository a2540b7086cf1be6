"""Clusters of workplaces by branch code, from the packaged list of code prefixes.

A code belongs to a cluster when one of the cluster's prefixes begins it and none of its excluded
prefixes does. The first cluster in the order life science, finance, IT is the primary one, others
stand in ``also_in``. Codes are never guessed: one without its standard, or of a length that may
have lost a leading zero, is refused. What only a named list can decide gets no cluster by code.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.vector.columns import as_text
from geo_planner.words.english import sentence

CLUSTER_ORDER = ("life_science", "finance", "it")
# a table by area and year may go down to divisions and groups only
_COARSE_LENGTHS = (2, 3)
_SET_ORDER = ("core", "extended")


@dataclass(frozen=True)
class ClusterPrefix:
    """Hold one line of the packaged list: a code prefix and what it says of a cluster."""

    cluster: str
    cluster_set: str
    standard: str
    prefix: str
    is_excluded: bool
    reason: str


@dataclass(frozen=True)
class BranchStandard:
    """Hold what is stated of a code list: whose clusters it follows, lengths, public branches."""

    cluster_list: str
    digits: tuple[int, ...]
    public_divisions: tuple[str, ...]


@cache
def branch_standards() -> Mapping[str, BranchStandard]:
    """Read the code lists that branches may be stated in, by name."""
    return MappingProxyType(
        {
            row["standard"]: BranchStandard(
                cluster_list=row["cluster_list"],
                digits=tuple(map(int, row["digits"].split())),
                public_divisions=tuple(row["public_divisions"].split()),
            )
            for row in packaged_rows("branch_standards")
        }
    )


def is_public_branch(code: str, standard: str) -> bool:
    """Tell whether a branch is mostly run by the public, where no sector is stated.

    Examples
    --------
    >>> is_public_branch("841100", "DB07"), is_public_branch("620100", "DB07")
    (True, False)
    """
    return code.startswith(branch_standards()[standard].public_divisions)


@cache
def cluster_prefixes() -> tuple[ClusterPrefix, ...]:
    """Read the packaged list of code prefixes."""
    return tuple(
        ClusterPrefix(
            cluster=row["cluster"],
            cluster_set=row["set"],
            standard=row["standard"],
            prefix=row["prefix"],
            is_excluded=row["is_excluded"] == "yes",
            reason=row["reason"],
        )
        for row in packaged_rows("clusters")
    )


@cache
def _lines_of(standard: str) -> tuple[ClusterPrefix, ...]:
    """Give the lines of the list whose clusters a code list follows."""
    described = branch_standards().get(standard)
    if described is None:
        return ()
    return tuple(line for line in cluster_prefixes() if line.standard == described.cluster_list)


def cluster_lines(standard: str, cluster: str) -> tuple[ClusterPrefix, ...]:
    """Give the lines that say what a cluster holds in a code list."""
    return tuple(line for line in _lines_of(standard) if line.cluster == cluster)


def clusters_of(code: str, standard: str) -> dict[str, str]:
    """List the clusters of a branch code, the primary first, each with its set.

    Examples
    --------
    >>> clusters_of("212000", "DB07"), clusters_of("642020", "DB07"), clusters_of("21", "NACE2")
    ({'life_science': 'core'}, {}, {'life_science': 'core'})
    """
    hits: dict[str, list[str]] = defaultdict(list)
    barred = set()
    for line in _lines_of(standard):
        if code.startswith(line.prefix):
            if line.is_excluded:
                barred.add(line.cluster)
            else:
                hits[line.cluster].append(line.cluster_set)
    return {
        cluster: min(hits[cluster], key=_SET_ORDER.index)
        for cluster in CLUSTER_ORDER
        if cluster in hits and cluster not in barred
    }


def normalise_branch_codes(
    rows: pd.DataFrame, *, source: str = "businesses", is_coarse: bool = False
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Write branch codes without dots, and refuse those that cannot be trusted.

    Parameters
    ----------
    rows
        Rows with ``branch_code`` and ``branch_standard``; blank codes stay blank.
    source
        File named in messages and findings.
    is_coarse
        Whether divisions and groups, of two and three digits, may stand beside full codes.

    Returns
    -------
    A new frame, and how many codes lost their dots.

    Raises
    ------
    InputError
        When codes have no standard or one that is not listed, are no digits, or are not as long
        as codes of their standard are: all at once, the first ids of each.
    """
    if "branch_code" not in rows:
        return rows, ()
    codes = as_text(rows["branch_code"])
    plain = codes.str.replace(".", "", regex=False)
    problems = _code_problems(rows, codes, plain, is_coarse=is_coarse)
    if problems:
        raise InputError(f"{source}: branch codes cannot be used", problems)
    dotted = (codes != plain).fillna(value=False).to_numpy(bool) & codes.notna().to_numpy()
    findings = (
        (
            Finding(
                source,
                "repaired",
                int(dotted.sum()),
                Reason("businesses_dots"),
                tuple(codes[dotted].head(MAX_IDS_SHOWN)),
            ),
        )
        if dotted.any()
        else ()
    )
    return rows.assign(branch_code=plain), findings


def _code_problems(
    rows: pd.DataFrame, codes: pd.Series, plain: pd.Series, *, is_coarse: bool
) -> list[str]:
    """Say which codes cannot be trusted, and why."""
    stated = rows.get("branch_standard", pd.Series(None, index=rows.index, dtype=object))
    standard = as_text(stated)
    standards = branch_standards()
    is_blank = plain.isna().to_numpy()
    has_standard = standard.notna().to_numpy()
    is_listed = standard.isin(list(standards)).to_numpy(bool)
    is_digits = plain.str.fullmatch(r"[0-9]+", na=True).to_numpy(bool)
    # other lengths come about when a spreadsheet drops the 0 of 01 to 09
    lengths = {
        name: {*one.digits, *(_COARSE_LENGTHS if is_coarse else ())}
        for name, one in standards.items()
    }
    is_whole = np.array(
        [
            not ok or len(str(code)) in lengths[str(name)]
            for ok, code, name in zip(is_listed & ~is_blank, plain, standard, strict=True)
        ],
        dtype=bool,
    )
    listed = ", ".join(standards)
    problems = [
        sentence(fault, count=int(marked.sum()), rows=_examples(rows, codes, marked), **more)
        for fault, marked, more in (
            ("fault_branch_no_standard", ~has_standard & ~is_blank, {"listed": listed}),
            (
                "fault_branch_other_standard",
                has_standard & ~is_listed & ~is_blank,
                {"listed": listed},
            ),
            ("fault_branch_no_digits", ~is_digits, {}),
        )
        if marked.any()
    ]
    for name in sorted(set(standard[is_digits & ~is_whole])):
        marked = (standard == name).to_numpy(bool) & is_digits & ~is_whole
        wanted = " or ".join(map(str, sorted(lengths[name])))
        problems.append(
            sentence(
                "fault_branch_digits",
                count=int(marked.sum()),
                standard=str(name),
                wanted=wanted,
                rows=_examples(rows, codes, marked),
            )
        )
    return problems


def _examples(businesses: pd.DataFrame, codes: pd.Series, rows: np.ndarray) -> str:
    """Name the first ids of marked rows with their codes."""
    if "business_id" in businesses:
        ids = businesses["business_id"].astype(str).to_numpy()
    else:
        ids = np.array([f"row {number + 1}" for number in range(len(businesses))])
    pairs = zip(ids[rows], codes[rows], strict=True)
    shown = [f"{label} ({code!r})" for label, code in list(pairs)[:MAX_IDS_SHOWN]]
    return ", ".join(shown) + (", ..." if rows.sum() > MAX_IDS_SHOWN else "")


def assign_clusters(businesses: pd.DataFrame) -> pd.DataFrame:
    """Fill cluster, cluster_set and also_in from branch code and standard.

    A cluster that the source gives, as from a named list, stays; what the code says then goes
    to ``also_in``. Rows without a code keep what they have.

    Parameters
    ----------
    businesses
        Rows of the table ``businesses``; without ``branch_code`` they come back as they are.

    Returns
    -------
    A new frame, aligned to the input's index, codes without dots.

    Raises
    ------
    InputError
        As ``normalise_branch_codes`` does.
    """
    frame, _ = normalise_branch_codes(businesses)
    if "branch_code" not in frame:
        return businesses
    by_code = _by_code(frame)
    given = _texts(frame, "cluster")
    has_given = given.notna()
    primary = given.where(has_given, by_code["cluster"])
    cluster_set = _texts(frame, "cluster_set").where(has_given, by_code["cluster_set"])
    also = _texts(frame, "also_in")
    derived = pd.Series(
        [
            " ".join(name for name in found if name != chosen) or None
            for found, chosen in zip(by_code["found"], primary, strict=True)
        ],
        index=frame.index,
        dtype="str",
    )
    return frame.assign(
        cluster=primary, cluster_set=cluster_set, also_in=also.where(also.notna(), derived)
    )


def _by_code(frame: pd.DataFrame) -> pd.DataFrame:
    """Look every distinct code up once, and lay the answers along the rows."""
    has_code = frame["branch_code"].notna()
    pairs = list(zip(frame["branch_code"], frame.get("branch_standard", has_code), strict=True))
    answers: Mapping[tuple[str, str], dict[str, str]] = {
        pair: clusters_of(*pair)
        for pair in {pair for pair, is_known in zip(pairs, has_code, strict=True) if is_known}
    }
    found = [answers.get(pair, {}) for pair in pairs]
    return pd.DataFrame(
        {
            "cluster": pd.Series([next(iter(a), None) for a in found], dtype="str"),
            "cluster_set": pd.Series([next(iter(a.values()), None) for a in found], dtype="str"),
            "found": pd.Series([tuple(a) for a in found], dtype=object),
        }
    ).set_axis(frame.index)


def _texts(frame: pd.DataFrame, name: str) -> pd.Series:
    values = frame.get(name, pd.Series(None, index=frame.index, dtype=object))
    return values.astype(object).where(values.notna(), None).astype("str")
