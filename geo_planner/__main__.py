"""Entry point of the command line: errors become one clear message and an exit code."""

import os
import sys

_INTERRUPTED = 130  # as shells have it: 128 and the number of the signal


def main() -> None:
    """Run the command line; exit 0 when done, 1 when the input is wrong, 2 on wrong use."""
    try:
        _run()
    except KeyboardInterrupt:  # while it is still importing: commands that run end by themselves
        sys.exit(_INTERRUPTED)


def _run() -> None:
    from geo_planner.cli import app
    from geo_planner.errors import GeoPlannerError

    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    is_debugging = len(arguments) < len(sys.argv) - 1 or bool(os.environ.get("GEO_PLANNER_DEBUG"))
    try:
        app(args=arguments, prog_name="geo-planner")
    except GeoPlannerError as error:
        if is_debugging:
            raise
        sys.exit(_failed(str(error)))
    except OSError as error:
        if is_debugging:
            raise
        where = f"{error.filename}: " if error.filename else ""
        sys.exit(_failed(f"{where}{error.strerror or error}"))


def _failed(message: str) -> int:
    sys.stderr.write(f"error: {message}\n")
    return 1


if __name__ == "__main__":
    main()
