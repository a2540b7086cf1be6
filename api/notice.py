"""Small pages that say one thing, in the manner of the others: waiting, errors."""

from collections.abc import Mapping, Sequence
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse

from geo_planner.pages.drawing.assets import page_assets
from geo_planner.pages.drawing.page import static_text

from .addresses import root_of

_LAYOUT = (
    ".notice main{max-width:640px;margin:9vh auto;padding:0 20px}"
    ".notice p{margin-top:8px;overflow-wrap:anywhere}"
    ".notice form{display:flex;gap:10px;flex-wrap:wrap;align-items:end;margin-top:14px}"
    ".notice label{display:grid;gap:4px;flex:1 1 260px}"
    ".notice input{padding:8px 10px;border:1px solid var(--line-2);border-radius:5px}"
    ".notice h2{margin-top:22px;font-size:14px}"
    ".notice li{padding:8px 0;border-top:1px solid var(--line)}"
    ".notice progress{width:100%;margin-top:12px;accent-color:var(--accent)}"
)
_SIGN = (
    '<svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">'
    '<circle cx="12" cy="12" r="11" fill="#CFE5E2"/><circle cx="12" cy="12" r="7.5" '
    'fill="#5FB3A8"/><circle cx="12" cy="12" r="4" fill="#0B5D73"/></svg>'
)


def notice_page(
    request: Request,
    heading: str,
    lines: Sequence[str],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    study: str = "Overview",
    language: str = "en",
    share: float | None = None,
    refresh_s: int | None = None,
    form: str = "",
) -> HTMLResponse:
    """Answer with a page of a heading and some lines, which nobody keeps; every text is escaped.

    Parameters
    ----------
    request
        What is answered; its nonce and the path that a proxy puts before addresses are used.
    heading
        What happened.
    lines
        What it means and what to do, a paragraph each.
    status
        HTTP status.
    headers
        Further headers of the answer.
    study
        Name shown at the top, where a click leads to the overview.
    language
        Language of the words.
    share
        How much of the work is done, 0 to 1; None: no bar.
    refresh_s
        Seconds until the page asks again [s]; None: never.
    form
        Markup to put after the lines.
    """
    nonce, root = request.state.nonce, root_of(request)
    styles = "".join(
        f'<style nonce="{nonce}">{text}</style>'
        for text in (*page_assets("served", root=root).styles, static_text("page.css"), _LAYOUT)
    )
    again = "" if refresh_s is None else f'<meta http-equiv="refresh" content="{refresh_s}">'
    bar = "" if share is None else f'<progress value="{share:.3f}" aria-label="%"></progress>'
    text = "".join(f"<p>{escape(line)}</p>" for line in lines)
    html = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'{again}<title>{escape(heading)} – {escape(study)}</title><link rel="icon" href="data:,">'
        f'{styles}</head>\n<body class="notice"><header class="top"><span class="brand">'
        f'{_SIGN}geo_planner</span><a class="study" href="{root}/">{escape(study)}</a></header>'
        f'<main><section class="box" role="status"><h1>{escape(heading)}</h1>{text}{bar}{form}'
        "</section></main></body></html>\n"
    )
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store", **(headers or {})})
