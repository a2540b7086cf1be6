"""Make docs/benchmarks.md from out/bench/*.json: ``python -m benchmarks.table``.

Rows with a peer come first, the largest lead first and the largest lag last; where the peer is
faster the row says so. Rows without a peer follow by name.
"""

import json
from pathlib import Path

from benchmarks.measuring import OUT

PAGE = Path("docs/benchmarks.md")
_HEAD = """# Measurements

Made by `make bench` from its own rows (`python -m benchmarks.table`); do not edit. A ratio is the
peer's seconds over ours: above 1 ours is faster, below 1 the peer is.

"""
_AGAINST = "| row | ours [s] | peer [s] | ratio | who is faster | what it includes |\n"
_ALONE = "| row | ours [s] | what it includes |\n"


def rows_of(folder):
    """Read the rows of all files, and the machines they were measured on."""
    contents = [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))]
    machines = {
        f"{content.get('cpu') or content['machine']['cpu']}, {content['machine']['cores']} cores"
        for content in contents
    }
    return [row for content in contents for row in content["rows"]], sorted(machines)


def _words(row):
    return row["includes"].replace("|", "/").replace("\n", " ")


def page_of(rows, machines):
    """Lay the rows out as a page."""
    against = [row for row in rows if row["ratio"] is not None]
    against.sort(key=lambda row: (-row["ratio"], row["name"]))
    alone = sorted((row for row in rows if row["ratio"] is None), key=lambda row: row["name"])
    n_behind = sum(row["ratio"] < 1 for row in against)
    lines = [_HEAD, f"Measured on: {'; '.join(machines)}.\n\n"]
    lines += [f"In {n_behind} of {len(against)} rows with a peer the peer is faster.\n\n"]
    lines += [_AGAINST, "|---|---|---|---|---|---|\n"]
    for row in against:
        who = "**peer**" if row["ratio"] < 1 else "ours"
        figures = f"{row['ours_s']} | {row['peer_s']} | {row['ratio']}"
        lines.append(f"| {row['name']} | {figures} | {who} | {_words(row)} |\n")
    lines += ["\n## Without a peer\n\n", _ALONE, "|---|---|---|\n"]
    lines += [f"| {row['name']} | {row['ours_s']} | {_words(row)} |\n" for row in alone]
    return "".join(lines)


def main():
    """Write the page."""
    PAGE.write_text(page_of(*rows_of(OUT)), "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
