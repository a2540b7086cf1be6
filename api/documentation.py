"""The page ``/docs``: every address with its parameters, to read and to try out."""

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from geo_planner.pages.drawing.assets import SERVED_AT, missing_assets

from .addresses import root_of
from .errors import Refusal, RefusedError

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Addresses of geo_planner</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{assets}/swagger/swagger-ui.css">
</head>
<body>
<main id="addresses"></main>
<script nonce="{nonce}" src="{assets}/swagger/swagger-ui-bundle.js"></script>
<script nonce="{nonce}">
SwaggerUIBundle({{ url: "{root}/openapi.json", dom_id: "#addresses", deepLinking: true,
  validatorUrl: null, supportedSubmitMethods: ["get", "head"] }});
</script>
</body>
</html>
"""


def add_documentation(app: FastAPI) -> None:
    """Add the page; what it needs is handed out by the service itself."""

    @app.get("/docs", response_class=HTMLResponse, include_in_schema=False)
    def documentation(request: Request) -> Response:
        """Show every address of the service."""
        if missing := missing_assets(names=["swagger"]):
            detail = (
                f"web assets are missing ({', '.join(missing)}): run `geo-planner assets` (needs "
                "npm) and reload; /openapi.json holds the same for programs"
            )
            raise RefusedError(404, Refusal(code="AssetsMissing", detail=detail))
        root = root_of(request)
        page = _PAGE.format(assets=root + SERVED_AT, nonce=request.state.nonce, root=root)
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})
