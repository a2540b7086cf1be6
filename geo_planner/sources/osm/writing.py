"""Writers of osmium that fail without taking the process with them."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import osmium

# what osmium raises for files, disks and places that are not right
OSMIUM_ERRORS = (RuntimeError, OSError, ValueError, osmium.InvalidLocationError)


@contextmanager
def writing(target: "str | osmium.io.File") -> Iterator[osmium.SimpleWriter]:
    """Open a writer, and close it whatever happens.

    Raises
    ------
    RuntimeError
        When the writer cannot finish, for example because the disk is full.
    """
    writer = osmium.SimpleWriter(target, overwrite=True)
    try:
        yield writer
        writer.close()
    except BaseException:
        _retire(writer)
        raise


def _retire(writer: osmium.SimpleWriter) -> None:
    """Close a writer after a failure; one that cannot be closed is never destroyed."""
    try:
        writer.close()
    except OSMIUM_ERRORS:
        # osmium 2.23 ends the whole process when a writer that failed is destroyed (its
        # destructor writes once more and throws); one reference too many prevents that
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
