"""Assets are fetched once, checked against their digest, and their absence is said."""

import base64
import hashlib
import io
import stat
import tarfile
from dataclasses import replace

import pytest

from geo_planner.errors import SourceError
from geo_planner.pages.drawing import assets
from geo_planner.pages.sites.page import render_sites_page

FILES = {file: f"text of {file}" for p in assets.PACKAGES.values() for file in p.files.values()}


def fill(folder):
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


def archive_of(package):
    """Pack a package as npm would, and give its digest."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for inside, file in package.files.items():
            content = FILES[file].encode()
            entry = tarfile.TarInfo(f"package/{inside}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    digest = base64.b64encode(hashlib.sha512(packed.getvalue()).digest()).decode()
    return packed.getvalue(), digest


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Put a stand-in for npm on the path that hands out archives, and pin their digests."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    pinned = {}
    for number, (key, package) in enumerate(assets.PACKAGES.items()):
        content, digest = archive_of(package)
        (shelf / f"{number}.tgz").write_bytes(content)
        pinned[key] = replace(package, sha512=digest)
    monkeypatch.setattr(assets, "PACKAGES", pinned)
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    cases = " ".join(
        f"{package.name}@*) cp {shelf}/{number}.tgz . ;;"
        for number, package in enumerate(pinned.values())
    )
    program.write_text(f'#!/bin/sh\necho "$2" >> {shelf}/asked\ncase "$2" in {cases} esac\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return shelf


def test_fetching_puts_every_file_and_licence_in_place_and_asks_once_per_package(npm, tmp_path):
    folder = tmp_path / "assets"
    assert len(assets.missing_assets(folder)) == 12
    assert assets.fetch_assets(folder) == folder
    assert assets.missing_assets(folder) == []
    assert (folder / "leaflet/LICENSE").read_text() == FILES["leaflet/LICENSE"]
    asked = (npm / "asked").read_text().split()
    assert asked == [f"{one.name}@{one.version}" for one in assets.PACKAGES.values()]
    assets.fetch_assets(folder)
    assert (npm / "asked").read_text().split() == asked


def test_a_package_with_another_digest_is_refused_whole(npm, tmp_path, monkeypatch):
    wrong = {key: replace(p, sha512="AAAA" * 22) for key, p in assets.PACKAGES.items()}
    monkeypatch.setattr(assets, "PACKAGES", wrong)
    with pytest.raises(SourceError, match="nothing was installed"):
        assets.fetch_assets(tmp_path / "assets")
    assert len(assets.missing_assets(tmp_path / "assets")) == 12


def test_without_npm_the_reason_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="npm: not installed"):
        assets.fetch_assets(tmp_path / "assets")


def test_the_environment_names_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(assets.FOLDER_VARIABLE, str(tmp_path))
    assert assets.asset_folder() == tmp_path
    assert assets.asset_folder(tmp_path / "own") == tmp_path / "own"


def test_present_assets_are_taken_in_whole(tmp_path):
    page = assets.page_assets(folder=fill(tmp_path))
    assert page.scripts == ("text of leaflet/leaflet.js",)
    assert "data:font/woff2;base64," in page.styles[1]
    assert page.script_links == page.style_links == ()
    assert not page.needs_internet


def test_served_assets_are_named_on_the_own_host(tmp_path):
    page = assets.page_assets("served", fill(tmp_path))
    assert page.script_links == ("/static/assets/leaflet/leaflet.js",)
    assert all(link.startswith("/static/") for link in page.style_links)


def test_a_service_without_assets_links_nowhere_and_says_that_it_has_no_map(tmp_path, result):
    page = assets.page_assets("served", tmp_path)
    assert page == assets.PageAssets(is_blocked=True)
    html = render_sites_page(result, assets=page)
    assert "The map cannot be drawn" in html
    assert "<script" not in html
    assert html.count("data-site=") == 3


def test_missing_assets_leave_foliums_own_links_and_say_so(tmp_path):
    import folium

    page = assets.page_assets(folder=tmp_path)
    assert page.needs_internet
    assert page.script_links == (dict(folium.Map.default_js)["leaflet"],)
    assert page.style_links == (dict(folium.Map.default_css)["leaflet_css"],)
    assert "geo-planner assets" in assets.missing_words(tmp_path)[0]
    assert assets.missing_words(fill(tmp_path)) == []


def test_a_taken_in_script_cannot_end_its_element_or_name_a_source_map(tmp_path):
    fill(tmp_path)
    (tmp_path / "leaflet/leaflet.js").write_text("a='</script>'\n//# sourceMappingURL=x.map")
    script = assets.page_assets(folder=tmp_path).scripts[0]
    assert "</script" not in script
    assert "sourceMappingURL" not in script


def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(npm, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match=f"cannot be written.*{assets.FOLDER_VARIABLE}"):
        assets.fetch_assets(tmp_path / "file" / "assets")
