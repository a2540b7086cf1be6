"""Holding the folder of a batch to its receipts, and its inputs to its manifest."""

from pathlib import Path

from geo_planner.batch.examining import examine
from geo_planner.batch.plan import differences, new_manifest, read_manifest, read_plan
from geo_planner.batch.receipts import receipts
from geo_planner.errors import GeoPlannerError, require_path
from geo_planner.folders import sha256_of


def validate_batch(folder: Path | str, *, inputs: bool = True) -> list[str]:
    """Say what of a batch is missing, damaged or no longer what its inputs are; empty: nothing.

    Parameters
    ----------
    folder
        Folder of a batch.
    inputs
        Look at the inputs too; else at the files of the folder alone.

    Raises
    ------
    InputError
        When no batch lies there.
    """
    place = require_path(folder, "folder")
    plan = read_plan(place)
    problems = []
    for tile, receipt in receipts(plan):
        file = plan.partition(*tile)
        name = file.relative_to(place)
        if receipt.state not in ("done", "partial"):
            problems.append(f"{name}: {receipt.state}: run the batch again, which goes on")
        elif sha256_of(file) != receipt.sha256:
            problems.append(f"{name}: its bytes were changed: delete it and run the batch again")
        elif receipt.failed:
            ids = ", ".join(one["id"] for one in receipt.failed[:5])
            problems.append(f"{name}: {len(receipt.failed)} origins have no results: {ids}")
    expected = {plan.partition(*tile) for tile in plan.tiles}
    for table in plan.tables:
        strangers = set((place / table).rglob("*.parquet")) - expected
        problems += [
            f"{file.relative_to(place)}: of no tile of this batch: delete it"
            for file in sorted(strangers)
            if not file.name.startswith(".")
        ]
    return problems + (_changed_inputs(place) if inputs else [])


def _changed_inputs(folder: Path) -> list[str]:
    plan, manifest = read_plan(folder), read_manifest(folder)
    try:
        now = new_manifest(plan.job, examine(plan.job).inputs)
    except GeoPlannerError as error:
        return [f"the inputs are not there as they were: {error}"]
    return [f"{text}: ask for --redo" for text in differences(manifest, now)]
