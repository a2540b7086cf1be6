"""Web assets: what the pages need of others, fetched once, checked, and kept with their licences.

Maps need Leaflet, pages look best in Inter. Both come as versioned npm packages whose digests are
pinned here; nothing of them is part of this repository. A page takes them in (one file that works
anywhere) or names them (a service hands them out). Where they are missing, a map file keeps
Folium's own public links and says on the page that it needs the internet.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from geo_planner.errors import SourceError

FOLDER_VARIABLE = "GEO_PLANNER_ASSETS"
SERVED_AT = "/static/assets"
_FETCH_LIMIT_S = 120


@dataclass(frozen=True)
class Package:
    """Pin one npm package: name, version, digest, and the files taken from it.

    Parameters
    ----------
    name, version
        As npm knows them.
    sha512
        Digest of the package file, base64.
    licence
        Its licence.
    files
        Name in the asset folder by path in the package.
    """

    name: str
    version: str
    sha512: str
    licence: str
    files: Mapping[str, str]


PACKAGES: Mapping[str, Package] = {
    "leaflet": Package(
        "leaflet",
        "1.9.3",
        "iB2cR9vAkDOu5l3HAay2obcUHZ7xwUBBjph8+PGtmW/2lYhbLizWtG7nTeYht36WfOslixQF9D/uSIzhZgGMfQ==",
        "BSD-2-Clause",
        {
            "dist/leaflet.js": "leaflet/leaflet.js",
            "dist/leaflet.css": "leaflet/leaflet.css",
            "LICENSE": "leaflet/LICENSE",
        },
    ),
    "inter": Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "OupL48va4JNofb97w6NYeF9S7W/kHNKM0Er8Dem5nqi4jeOLrVJDoE8tZEpnMJmtkvNbB1EIPPwHcdkF6b1oUA==",
        "OFL-1.1",
        {
            "files/inter-latin-wght-normal.woff2": "inter/inter-latin-wght-normal.woff2",
            "LICENSE": "inter/LICENSE",
        },
    ),
    "geoman": Package(
        "@geoman-io/leaflet-geoman-free",
        "2.20.2",
        "KQpSe0VKyuVCudq/08rMjJW1vvIwFldTwBny2wZ7ABcyyUAP7/eoFo967hCu9yRqAAHb4QOxC6gY5dGqttY68g==",
        "MIT",
        {
            "dist/leaflet-geoman.min.js": "geoman/leaflet-geoman.min.js",
            "dist/leaflet-geoman.css": "geoman/leaflet-geoman.css",
            "LICENSE": "geoman/LICENSE",
        },
    ),
    "swagger": Package(
        "swagger-ui-dist",
        "5.35.0",
        "U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==",
        "Apache-2.0",
        {
            "swagger-ui-bundle.js": "swagger/swagger-ui-bundle.js",
            "swagger-ui.css": "swagger/swagger-ui.css",
            "LICENSE": "swagger/LICENSE",
            "NOTICE": "swagger/NOTICE",
        },
    ),
}
OF_EVERY_PAGE = ("leaflet", "inter")
OF_DRAWING = (*OF_EVERY_PAGE, "geoman")

_LEAFLET_JS = "leaflet/leaflet.js"
_LEAFLET_CSS = "leaflet/leaflet.css"
_INTER = "inter/inter-latin-wght-normal.woff2"
_GEOMAN_JS = "geoman/leaflet-geoman.min.js"
_GEOMAN_CSS = "geoman/leaflet-geoman.css"


def asset_folder(folder: Path | None = None) -> Path:
    """Return the folder assets lie in: the one given, the environment's, or the installation's."""
    if folder is not None:
        return folder
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(sys.prefix) / "share" / "geo_planner" / "assets"


def missing_assets(folder: Path | None = None, names: Sequence[str] | None = None) -> list[str]:
    """List the files of packages (None: of all) that are not there, in the order of the table."""
    place = asset_folder(folder)
    return [
        file
        for name in names or PACKAGES
        for file in PACKAGES[name].files.values()
        if not (place / file).is_file()
    ]


def missing_words(folder: Path | None = None) -> list[str]:
    """Say what is missing and how to get it; empty when all is there."""
    missing = missing_assets(folder, OF_EVERY_PAGE)
    if not missing:
        return []
    return [
        f"web assets are missing ({', '.join(missing)}): maps load Leaflet from the internet; "
        "run `geo-planner assets` (needs npm) and draw them again"
    ]


def fetch_assets(folder: Path | None = None, packages: Mapping[str, Package] | None = None) -> Path:
    """Fetch what is missing with npm, one package at a time, and return the folder.

    Parameters
    ----------
    folder
        Where to put the files; None: see :func:`asset_folder`.
    packages
        What to fetch; None: what pages need.

    Raises
    ------
    SourceError
        When npm is absent or fails, a package does not have the digest pinned here, or the folder
        cannot be written.
    """
    place = asset_folder(folder)
    npm = shutil.which("npm")
    for package in (PACKAGES if packages is None else packages).values():
        if all((place / file).is_file() for file in package.files.values()):
            continue
        if npm is None:
            raise SourceError(
                "npm",
                "not installed: maps work, but load Leaflet from the internet when opened; install "
                f"npm, or copy {place} from a computer that has it (or name it in "
                f"{FOLDER_VARIABLE})",
            )
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SourceError(
                str(place),
                f"cannot be written ({error.strerror}): name another folder in {FOLDER_VARIABLE}",
            ) from error
        with tempfile.TemporaryDirectory(prefix="geo_planner-assets-") as scratch:
            archive = _packed(npm, package, Path(scratch))
            _unpack(archive, package, place)
    return place


def _packed(npm: str, package: Package, scratch: Path) -> Path:
    spec = f"{package.name}@{package.version}"
    try:
        done = subprocess.run(  # noqa: S603 -- fixed arguments
            [npm, "pack", spec, "--silent", "--ignore-scripts"],
            cwd=scratch,
            capture_output=True,
            text=True,
            timeout=_FETCH_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(spec, f"npm pack failed ({error})") from error
    archives = sorted(scratch.glob("*.tgz"))
    if done.returncode or not archives:
        words = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise SourceError(spec, f"npm pack failed ({words[0]})")
    return archives[0]


def _unpack(archive: Path, package: Package, place: Path) -> None:
    """Check the digest, then put each file in place under a temporary name and rename it."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.sha512:
        raise SourceError(
            f"{package.name}@{package.version}",
            f"digest is {digest[:16]}..., not {package.sha512[:16]}...: nothing was installed",
        )
    with tarfile.open(archive) as content:
        for inside, file in package.files.items():
            member = content.extractfile(f"package/{inside}")
            if member is None:
                raise SourceError(f"{package.name}@{package.version}", f"holds no {inside}")
            target = place / file
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(f".{target.name}.{os.getpid()}")
            temporary.write_bytes(member.read())
            temporary.replace(target)


@dataclass(frozen=True)
class PageAssets:
    """Say how a page gets Leaflet and its typeface.

    Parameters
    ----------
    scripts, styles
        Texts to take in.
    script_links, style_links
        Addresses to name.
    needs_internet
        Whether the page must say that it works only with internet.
    is_blocked
        Whether the map cannot be drawn at all; the rest of the page still works.
    """

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    script_links: tuple[str, ...] = ()
    style_links: tuple[str, ...] = ()
    needs_internet: bool = False
    is_blocked: bool = False

    @property
    def fonts(self) -> tuple[str, ...]:
        """Styles that name the typeface, which is all that a sheet without a map needs."""
        return tuple(style for style in self.styles if "@font-face" in style)


def page_assets(
    way: Literal["inline", "served"] = "inline",
    folder: Path | None = None,
    *,
    root: str = "",
    draws: bool = False,
) -> PageAssets:
    """Choose how a page gets its assets.

    Parameters
    ----------
    way
        ``inline`` takes them into the page, ``served`` names them under :data:`SERVED_AT`.
    folder
        Where they lie; None: see :func:`asset_folder`.
    root
        What stands before every address of the service.
    draws
        Whether shapes are drawn on its map; such pages are served only.
    """
    place = asset_folder(folder)
    if way == "served":
        if missing_assets(folder, OF_DRAWING if draws else OF_EVERY_PAGE):
            return PageAssets(is_blocked=True)  # a service never links to other hosts
        start = f"{root}{SERVED_AT}"
        used = 2 if draws else 1
        return PageAssets(
            styles=(_font_face(f"{start}/{_INTER}"),),
            script_links=tuple(f"{start}/{file}" for file in (_LEAFLET_JS, _GEOMAN_JS)[:used]),
            style_links=tuple(f"{start}/{file}" for file in (_LEAFLET_CSS, _GEOMAN_CSS)[:used]),
        )
    font = (_inline_font(place / _INTER),) if (place / _INTER).is_file() else ()
    if not ((place / _LEAFLET_JS).is_file() and (place / _LEAFLET_CSS).is_file()):
        from geo_planner.pages.drawing.leaflet import public_links

        scripts, styles = public_links()
        return PageAssets((), font, tuple(scripts), tuple(styles), needs_internet=True)
    # none of our pages shows the pictures of the style sheet
    lines = (place / _LEAFLET_CSS).read_text("utf-8").splitlines()
    return PageAssets(
        scripts=(_script_text(place / _LEAFLET_JS),),
        styles=("\n".join(line for line in lines if "url(images/" not in line), *font),
    )


def _script_text(file: Path) -> str:
    """Read a script without the line that names its source map, which would be asked for."""
    lines = file.read_text("utf-8").splitlines()
    kept = "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL"))
    return kept.replace("</script", "<\\/script")


def _inline_font(file: Path) -> str:
    coded = base64.b64encode(file.read_bytes()).decode()
    return _font_face(f"data:font/woff2;base64,{coded}")


def _font_face(address: str) -> str:
    return (
        "@font-face{font-family:'Inter Variable';font-style:normal;font-display:swap;"
        f"font-weight:100 900;src:url({address}) format('woff2')}}"
    )
